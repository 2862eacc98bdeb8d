#include "tests/sandbox/documents_made.hpp"

// Instances of custom objects. Which types there are, no request tells.
namespace intercom_sandbox {
namespace {

using namespace made;

constexpr std::array<std::string_view, 2> types{"Order", "Test_Object"};

std::string custom_values(world& w, dice& die)
{
    return members()
        .raw("order_number", words(w, die))
        .raw("total_amount", number(die.between(0, 900)) + ".99")
        .raw("is_paid", flag(die.chance(0.5)))
        .object();
}

document make_custom_object(world& w, dice& die, seconds at)
{
    document d = begin(w, at);
    d.fields = {{"type", quoted(die.pick(types))},
                {"external_id", maybe(die, quoted("order_" + d.id))},
                {"external_created_at", maybe(die, number(at - 60))},
                {"external_updated_at", maybe(die, number(at))},
                {"custom_attributes", custom_values(w, die)}};
    return d;
}

bool change_custom_object(world& w, dice& die, document& d)
{
    d.set("custom_attributes", custom_values(w, die));
    return true;
}

} // namespace

std::span<const std::string_view> custom_object_types()
{
    return types;
}

std::span<const document_kind> custom_kinds()
{
    static constexpr std::array all{
        document_kind{.name = "custom_object_instances",
                      .usual_number = 60,
                      .since = 216,
                      .type = "", // the type is a field of its own
                      .path = "",
                      .one_path = "",
                      .parameters = "page per_page",
                      .by = document_kind::paging::numbered,
                      .page_usual = 20,
                      .page_most = 150,
                      .make = make_custom_object,
                      .change = change_custom_object},
    };
    return all;
}

} // namespace intercom_sandbox
