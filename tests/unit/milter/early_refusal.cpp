#include "milter/early_refusal.hpp"

#include "milter/recipient.hpp"
#include "tests/support/catch.hpp"

namespace lazaret::milter {
namespace {

constexpr Moment now{std::chrono::hours{500'000}};
constexpr TenantId tenant = 3;

void allow(Policy& policy, const Owner& owner, const std::string& sender,
           Proof proof = Proof::any(), bool enabled = true)
{
    const auto pattern = *parse_sender_pattern(sender);
    policy.lists.change(list_key(owner, pattern.text), [&](auto& list) {
        list.push_back(
            {1, tenant, owner, ListKind::Allow, pattern, {}, std::move(proof), {}, enabled});
    });
}

Policy protected_domain()
{
    Policy policy;
    policy.domains.set("our.example", tenant);
    return policy;
}

Envelope from_listed_client()
{
    Envelope envelope;
    envelope.client_ip = "192.0.2.7";
    envelope.sender_verbatim = "<bob@sender.example>";
    envelope.sender = parse_address("bob@sender.example").value();
    return envelope;
}

std::optional<store::Passage> refused(const Policy& policy,
                                      const std::string& recipient = "<ann@our.example>")
{
    return refuse_early(policy, from_listed_client(), read_recipient(recipient, {}, {}),
                        "list.example", now);
}

TEST_CASE("a listed client is refused, and each recipient can see why", "[session]")
{
    const auto passage = refused(protected_domain());
    REQUIRE(passage);
    CHECK(passage->tenant == tenant);
    CHECK(passage->mailbox == "ann@our.example");
    CHECK(passage->sender == "bob@sender.example");
    CHECK(passage->client_ip == "192.0.2.7");
    CHECK(passage->action == Action::Refuse);
    CHECK_FALSE(passage->reference.empty());
    REQUIRE(passage->hits.size() == 1);
    CHECK(passage->hits.front().name == "LISTED_CLIENT");
    CHECK(passage->hits.front().why.ends_with("(list.example)"));
}

TEST_CASE("who is not ours is not refused", "[session]")
{
    CHECK_FALSE(refused(protected_domain(), "<who@elsewhere.example>"));
    CHECK_FALSE(refused(protected_domain(), "<nonsense>"));
}

TEST_CASE("who wants certain spam held or kept does not have it refused early", "[session]")
{
    const auto action = GENERATE("hold", "tag", "deliver", "refuse-keep", "discard");
    auto policy = protected_domain();
    ChosenSettings settings;
    REQUIRE_FALSE(choose(settings, "action.spam-certain", action));
    policy.settings.set(Owner::address("ann@our.example").text(), settings);
    CHECK_FALSE(refused(policy));
    CHECK(refused(policy, "<ben@our.example>"));
}

TEST_CASE("an allowed sender is judged at the end of the message", "[session]")
{
    auto policy = protected_domain();
    SECTION("by the site") { allow(policy, Owner::site(), "sender.example"); }
    SECTION("by the domain") { allow(policy, Owner::domain("our.example"), "bob@sender.example"); }
    SECTION("though the proof is missing so far")
    {
        allow(policy, Owner::site(), "sender.example", Proof::dkim("sender.example"));
    }
    CHECK_FALSE(refused(policy));
}

TEST_CASE("an entry that does not count, or for others, lets nobody in", "[session]")
{
    auto policy = protected_domain();
    SECTION("another sender") { allow(policy, Owner::site(), "eve@sender.example"); }
    SECTION("another domain's list")
    {
        allow(policy, Owner::domain("other.example"), "sender.example");
    }
    SECTION("disabled") { allow(policy, Owner::site(), "sender.example", Proof::any(), false); }
    CHECK(refused(policy));
}

}  // namespace
}  // namespace lazaret::milter
