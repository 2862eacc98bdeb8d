#pragma once

#include <string>

namespace intercom_mirror::bench {

// Documents as the API serves them, in sizes that real workspaces have: about 2.5 kB a contact.
// Ids ascend with `number`, as Intercom's do.

// With three tags, a company, a subscription and a social profile.
std::string contact(int number);

// As a GET of it answers, with all its parts.
std::string conversation(int number, int parts);

} // namespace intercom_mirror::bench
