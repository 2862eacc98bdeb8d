"""What a full sweep of a workspace that stands still costs: requests for each table, none of which
takes one for every contact, conversation or ticket."""

import collections
import json
import re

from point_equal import sizes
from world import Failed, World

# Lists cut short are completed for the few records that have long ones; of what the sandbox makes,
# these are well below a tenth.
SHARE_MAX = 0.1
# Of what there is little of, a request each is allowed.
FEW = 100


def bare(request):
    """Without query and names of ids: "GET /contacts/{}/tags"."""
    return re.sub(r"{[^}]*}", "{}", request.partition("?")[0])


def tables_by_request(world):
    _, output = world.command("docs", "api", "--format", "json")
    return {bare(one["request"]): one["table"]
            for one in reversed(json.loads(output)["reads"]) if one["table"]}


def requests_made(world):
    return collections.Counter({label: sum(statuses.values())
                                for label, statuses in world.sandbox.stats()["endpoints"].items()})


def show(settings):
    numbers = sizes(settings)
    with World(settings, "sweep_requests", **numbers) as world:
        world.must("sync")
        tables = tables_by_request(world)
        before = requests_made(world)
        world.must("sync")
        polled = sum((requests_made(world) - before).values())
        before = requests_made(world)
        world.must("sync", "--full")
        used = collections.defaultdict(collections.Counter)
        for label, count in (requests_made(world) - before).items():
            used[tables.get(label, "none")][label] += count
        if not set(used) & set(numbers):
            raise Failed(f"no request is one of {', '.join(numbers)}")
        limit = max(FEW, int(SHARE_MAX * min(numbers[name] for name in ("contacts",
                                                                        "conversations"))))
        for table, counts in sorted(used.items()):
            count = sum(counts.values())
            detail = ", ".join(f"{label} {number}" for label, number in sorted(counts.items()))
            yield (f"requests of a full sync for {table} ({detail})", count, f"below {limit}",
                   count < limit)
        most = sum(used_of.total() for used_of in used.values())
        records = sum(numbers.values())
        yield (f"requests of a full sync of {records} records, all together", most,
               f"below {records // 10}", most < records // 10)
        yield "requests of a sync that finds nothing new", polled, f"below {most}", polled < most
