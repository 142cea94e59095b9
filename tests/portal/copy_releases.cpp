#include <algorithm>
#include <barrier>
#include <thread>

#include "quarantine-store/release.hpp"
#include "tests/portal/private_portal.hpp"
#include "tests/support/catch.hpp"

using namespace lazaret;
using namespace lazaret::test;
using namespace std::chrono_literals;
using store::CopyState;

TEST_CASE("a release is sent once, however often and by however many it is pressed", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    std::barrier start{2};
    const auto press = [&] {
        start.arrive_and_wait();
        for (int time = 0; time < 5; ++time) CHECK(site.post(link + "/release").status == 303);
    };
    {
        std::jthread one{press};
        std::jthread other{press};
    }
    CHECK(site.mta.sent == std::vector<std::string>{"bob@example.com"});
    const auto page = site.get(link);
    CHECK(has(page, "Sent again to you at "));
    CHECK_FALSE(has(page, "/release\""));
    CHECK(site.copy(reference).summary.state == CopyState::Released);
}

TEST_CASE("a mail server that is away or refuses shows on the page", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    const auto link = "/m/" + site.claim(reference);
    site.mta.refusal = 550;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "did not take this message"));
    site.mta.refusal = 0;
    site.mta.away = true;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "is being sent to you"));
    site.mta.away = false;
    CHECK(site.post(link + "/release").status == 303);
    CHECK(has(site.get(link), "Sent again to you"));
}

TEST_CASE("a mail server that is slow holds up no page", "[portal]")
{
    PrivatePortal site;
    std::vector<Reference> all;
    for (int number = 0; number < 12; ++number) all.push_back(site.hold());
    site.mta.slow = true;
    for (const auto& reference : all) {
        const auto link = "/m/" + site.claim(reference);
        CHECK(site.post(link + "/release").status == 303);
        const auto page = site.get(link);
        CHECK(page.status == 200);
        CHECK(has(page, "is being sent to you"));
    }
    CHECK(site.mta.sent.empty());
    // Pressed again, it is still sent once.
    CHECK(site.post("/m/" + site.claim(all.back()) + "/release").status == 303);
    site.mta.hurry();
    const auto is_over = [&] {
        return std::all_of(all.begin(), all.end(), [&](const auto& reference) {
            return site.copy(reference).summary.state == CopyState::Released;
        });
    };
    for (int time = 0; time < 300 && !is_over(); ++time) std::this_thread::sleep_for(50ms);
    CHECK(is_over());
    CHECK(site.mta.sent.size() == all.size());
}

TEST_CASE("what a portal leaves unsent is found by the sweeper", "[portal]")
{
    PrivatePortal site;
    const auto reference = site.hold();
    auto admin = site.database();
    const store::Actor owner{"bob@example.com", "test", Role::Recipient};
    const auto begun = store::begin_release(admin, reference, owner);
    REQUIRE(begun);
    CHECK(begun->copy.state == CopyState::Releasing);
    CHECK(site.mta.sent.empty());
    store::Release release{admin, site.mta, site.keys};
    CHECK(release.sweep().released == 1);
    CHECK_FALSE(release.take_up(reference));
    CHECK(site.mta.sent.size() == 1);
}
