#include "base/records/policy.hpp"

#include "tests/support/catch.hpp"
#include "tests/support/print.hpp"

using namespace lazaret;

namespace {

void choose_for(Policy& policy, const Owner& owner, const std::string& name,
                const std::string& value)
{
    policy.settings.change(owner.text(), [&](ChosenSettings& chosen) {
        REQUIRE_FALSE(choose(chosen, name, value).has_value());
    });
}

Policy site()
{
    Policy policy;
    policy.domains.set("example.org", 3);
    policy.accounts.set(account_key(3, "ann@example.org"), 17);
    return policy;
}

}  // namespace

TEST_CASE("a recipient is protected when exactly his domain is", "[policy]")
{
    struct Row {
        std::string address;
        bool is_protected;
    };
    const auto row = GENERATE(values<Row>({
        {"ann@example.org", true},
        {"ANN@EXAMPLE.ORG", true},
        {"ann@example.org.", true},
        {"ann@sub.example.org", false},
        {"ann@org", false},
        {"ann@badexample.org", false},
        {"ann@[192.0.2.1]", false},
    }));
    CAPTURE(row.address);
    const auto who = policy_for(site(), *parse_address(row.address));
    CHECK(who.tenant.has_value() == row.is_protected);
    CHECK(who.owners.empty() != row.is_protected);
}

TEST_CASE("the most specific of all levels wins", "[policy]")
{
    auto policy = site();
    choose_for(policy, Owner::site(), "hold_at", "1");
    choose_for(policy, Owner::tenant(3), "hold_at", "2");
    choose_for(policy, Owner::tenant(4), "hold_at", "99");
    const Address ann{"ann", "example.org"};
    CHECK(policy_for(policy, ann).settings.hold_at == 2.0);
    choose_for(policy, Owner::domain("example.org"), "hold_at", "3");
    CHECK(policy_for(policy, ann).settings.hold_at == 3.0);
    choose_for(policy, Owner::account(17), "hold_at", "4");
    CHECK(policy_for(policy, ann).settings.hold_at == 4.0);
    CHECK(policy_for(policy, {"eve", "example.org"}).settings.hold_at == 3.0);
    choose_for(policy, Owner::address("ann@example.org"), "hold_at", "5");
    CHECK(policy_for(policy, ann).settings.hold_at == 5.0);
    CHECK(policy_for(policy, ann).settings.winners ==
          std::vector<Settings::Winner>{{"hold_at", Owner::address("ann@example.org")}});
}

TEST_CASE("list owners go from site to address", "[policy]")
{
    const auto policy = site();
    const std::vector<Owner> everybody = {Owner::site(), Owner::tenant(3),
                                          Owner::domain("example.org")};
    auto with_account = everybody;
    with_account.push_back(Owner::account(17));
    with_account.push_back(Owner::address("ann@example.org"));
    auto with_address = everybody;
    with_address.push_back(Owner::address("eve@example.org"));
    CHECK(policy_for(policy, {"eve", "example.org"}).owners == with_address);
    CHECK(policy_for(policy, {"ann", "example.org"}).owners == with_account);
    CHECK(policy_for(policy, {"Ann+tag", "example.org"}).owners == with_account);
    CHECK(policy_for(policy, {"Ann+tag", "example.org"}).account == 17);
}

TEST_CASE("keys of lists do not run into each other", "[policy]")
{
    CHECK(list_key(Owner::account(1), "7@example.org") !=
          list_key(Owner::account(17), "@example.org"));
    CHECK(list_key(Owner::site(), "@a") == list_key(Owner::site(), "@a"));
}

TEST_CASE("a copy of a sharded map does not see later changes", "[policy]")
{
    ShardedMap<std::string, int> first;
    for (int at = 0; at < 1'000; ++at) first.set(std::to_string(at), at);
    auto second = first;
    second.set("7", -7);
    second.erase("8");
    second.erase("none");
    second.change("new", [](int& value) { value += 5; });
    CHECK(*first.find("7") == 7);
    CHECK(*first.find("8") == 8);
    CHECK(first.find("new") == nullptr);
    CHECK(first.size() == 1'000);
    CHECK(*second.find("7") == -7);
    CHECK(second.find("8") == nullptr);
    CHECK(*second.find("new") == 5);
    CHECK(second.size() == 1'000);
    int sum = 0;
    first.each([&](const std::string&, int value) { sum += value; });
    CHECK(sum == 999 * 1'000 / 2);
}
