#include "tools/lazaretctl/database_findings.hpp"

#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

namespace lazaret::tools {
namespace {

void add(Findings& found, Health health, std::string what, std::string advice = {})
{
    found.push_back({health, "database", std::move(what), std::move(advice), false});
}

std::string count_of(std::int64_t count, std::string_view what)
{
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

void look_at_server(const store::DatabaseFacts& facts, Findings& found)
{
    add(found, Health::Ok,
        fmt::format("PostgreSQL {} at {} answers {}", facts.server_version, facts.host,
                    facts.user));
    // Expiry days, seals and list entries are judged by clocks on both sides.
    using namespace std::chrono_literals;
    const auto apart = std::chrono::round<std::chrono::seconds>(facts.clock_difference);
    if (apart > 5s || apart < -5s)
        add(found, Health::Warning,
            fmt::format("the database's clock is {} s {} of ours", std::chrono::abs(apart).count(),
                        apart > 0s ? "ahead" : "behind"),
            "let both hosts keep time by NTP");
    constexpr int oldest = 15;
    if (std::atoi(facts.server_version.c_str()) < oldest)
        add(found, Health::Problem, "this PostgreSQL is older than 15",
            "move the database to PostgreSQL 15 or newer");
    if (facts.encoding != "UTF8")
        add(found, Health::Problem,
            fmt::format("the database's encoding is {}: mail with other letters cannot be held",
                        facts.encoding),
            "move it into one that is UTF8: \"Upgrade, backup, removal\" in the README");
    if (!facts.fsync)
        add(found, Health::Problem, "fsync is off: a power failure loses mail that was accepted",
            "ALTER SYSTEM SET fsync = on; then reload PostgreSQL");
}

bool look_at_schema(const store::DatabaseFacts& facts, Findings& found)
{
    const auto& schema = facts.schema;
    if (schema.is_current()) {
        add(found, Health::Ok, fmt::format("the schema has version {}", schema.present));
        return true;
    }
    if (schema.present == 0)
        add(found, Health::Problem, "the database has no schema yet", "lazaretctl schema upgrade");
    else if (schema.present < schema.known)
        add(found, Health::Problem,
            fmt::format("the schema has version {}, this program works with {}", schema.present,
                        schema.known),
            "lazaretctl schema upgrade");
    else
        add(found, Health::Problem,
            fmt::format("the schema has version {}, newer than this program ({})", schema.present,
                        schema.known),
            "install the newer Lazaret on this host");
    return false;
}

void look_at_rights(const store::DatabaseFacts& facts, Findings& found)
{
    // A dump has no roles, and without them its grants fail: steps that were applied do not come
    // again.
    for (const auto& role : facts.missing_roles)
        add(found, Health::Problem, fmt::format("the role {} is missing", role),
            "restore the dump as the README says in \"Upgrade, backup, removal\": roles first");
    for (const auto& right : facts.missing_rights)
        add(found, Health::Problem, right,
            "grant it, as the owner of the database; after a restore, see the README");
    for (const auto& right : facts.excess_rights)
        add(found, Health::Warning, right, "more than it needs: revoke it");
    if (!facts.milter_owner.empty())
        add(found, Health::Warning,
            fmt::format("the milter connects as {}, who owns the tables: it can read what is held",
                        facts.milter_owner),
            "let it be lazaret_milter: \"The database\" in "
            "/usr/share/doc/lazaret-milter/README.Debian");
    if (facts.missing_roles.empty() && facts.missing_rights.empty() && facts.excess_rights.empty())
        add(found, Health::Ok,
            "the roles of milter, report and portal have the rights that they need and no more");
}

void look_at_partitions(const store::DatabaseFacts& facts, Findings& found)
{
    constexpr auto mend =
        "lazaretctl expire; is its timer on? systemctl status "
        "lazaret-expire.timer";
    if (facts.days_ahead < facts.days_needed)
        add(found, Health::Warning,
            fmt::format("there is room for {} ahead, {} are needed: mail goes to the default "
                        "partition",
                        count_of(facts.days_ahead, "day"), facts.days_needed),
            mend);
    else
        add(found, Health::Ok,
            fmt::format("there is room for {} ahead, {} are needed",
                        count_of(facts.days_ahead, "day"), facts.days_needed));
    if (facts.rows_in_default > 0)
        add(found, Health::Warning,
            fmt::format("the default partition has {}", count_of(facts.rows_in_default, "row")),
            mend);
    if (facts.expired_partitions > 0)
        add(found, Health::Warning,
            fmt::format("{} to be dropped", count_of(facts.expired_partitions, "expired day")),
            mend);
    if (facts.releasing_too_long > 0)
        add(found, Health::Warning,
            fmt::format("on its way to the mail server for more than an hour: {}",
                        count_of(facts.releasing_too_long, "released message")),
            "lazaretctl held list --state releasing");
}

void look_at_contents(const store::DatabaseFacts& facts, Findings& found)
{
    add(found, Health::Ok,
        fmt::format("the quarantine holds {}; the database has {:.1f} MB",
                    count_of(facts.held, "message"), static_cast<double>(facts.bytes) / 1e6));
    if (facts.protected_domains == 0)
        add(found, Health::Warning, "no domain is protected: no mail is touched",
            "lazaretctl domain add example.org");
    else
        add(found, Health::Ok,
            fmt::format("protected: {}", count_of(facts.protected_domains, "domain")));
    if (facts.model_version == 0)
        add(found, Health::Warning, "the filter has not learned anything yet",
            "lazaretctl learn spam FOLDER; lazaretctl learn ham FOLDER");
    else
        add(found, Health::Ok,
            fmt::format("the learned model has version {}", facts.model_version));
    constexpr int long_hours = 2;  // the timer comes every five minutes
    if (facts.votes_waiting_hours >= long_hours)
        add(found, Health::Warning,
            fmt::format("what people said of their mail waits for {} to be learned",
                        count_of(facts.votes_waiting_hours, "hour")),
            "lazaretctl learn --pending; is its timer on? systemctl status lazaret-learn.timer");
}

}  // namespace

Findings database_findings(const store::DatabaseFacts& facts)
{
    Findings found;
    look_at_server(facts, found);
    if (!look_at_schema(facts, found)) return found;
    look_at_rights(facts, found);
    look_at_partitions(facts, found);
    look_at_contents(facts, found);
    return found;
}

}  // namespace lazaret::tools
