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
    return [&lists, ask = std::move(ask)](const std::set<Question>& questions, Answered answered) {
        const auto now = std::chrono::steady_clock::now();
        std::set<Question> asked;
        std::set<Question> silent;
        for (const auto& question : questions)
            (lists.hold(question, now) ? silent : asked).insert(question);
        for (const auto& question : silent) answered(question, {});
        if (!asked.empty()) ask(asked, std::move(answered));
    };
}

}  // namespace lazaret::filter::dns
