#include "milter/filter/dns/silent_lists.hpp"

#include <utility>

#include "base/log.hpp"

namespace lazaret::filter::dns {
namespace {

constexpr std::chrono::hours pause{1};

}  // namespace

void SilentLists::add(const std::string& zone, Moment now)
{
    const bool is_new = until_.with([&](auto& until) {
        auto& end = until[zone];
        const bool was_over = end <= now;
        if (was_over) end = now + pause;
        return was_over;
    });
    if (is_new)
        log::warning("block list does not answer us: it is left out for an hour",
                     {{"list", zone}, {"hint", "use a resolver of your own, see [dns] servers"}});
}

bool SilentLists::hold(const Question& question, Moment now)
{
    return until_.with([&](const auto& until) {
        if (until.empty()) return false;
        std::string_view rest = question.name;
        while (true) {
            if (const auto found = until.find(rest); found != until.end() && now < found->second)
                return true;
            const auto dot = rest.find('.');
            if (dot == std::string_view::npos) return false;
            rest.remove_prefix(dot + 1);
        }
    });
}

Ask asking_all_but(SilentLists& lists, Ask ask)
{
    return [&lists, ask = std::move(ask)](Questions questions, Answered answered) {
        const auto now = std::chrono::steady_clock::now();
        Questions asked;
        Questions silent;
        for (auto& question : std::move(questions).take()) {
            const bool is_silent = lists.hold(question, now);
            (is_silent ? silent : asked).insert(std::move(question));
        }
        for (const auto& question : silent) answered(question, {});
        if (!asked.empty()) ask(std::move(asked), std::move(answered));
    };
}

}  // namespace lazaret::filter::dns
