#include "tools/lazaretctl/postfix_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <system_error>

#include "base/text.hpp"
#include "tools/lazaretctl/milter_socket.hpp"
#include "tools/lazaretctl/submission_url.hpp"

namespace lazaret::tools {
namespace {

using namespace std::chrono_literals;

/// Calls `take(name, value)` for each `name = value`.
template <class F>
void each_setting(std::string_view text, F&& take)
{
    while (!text.empty()) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(text.size(), line.size() + 1));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) continue;
        take(std::string{trimmed(line.substr(0, equals))},
             std::string{trimmed(line.substr(equals + 1))});
    }
}

/// Cuts off the first word, at blanks and commas; `{...}` is one word.
std::string_view next_word(std::string_view& text)
{
    constexpr std::string_view between = " \t\r\n,";
    text.remove_prefix(std::min(text.size(), text.find_first_not_of(between)));
    if (text.empty()) return {};
    auto end = text.front() == '{' ? text.find('}') : text.find_first_of(between);
    if (end == std::string_view::npos) end = text.size();
    else if (text.front() == '{') ++end;
    const auto word = text.substr(0, end);
    text.remove_prefix(end);
    return word;
}

bool is_no(std::string_view value) { return same_ignoring_case(value, "no"); }

PostfixMilter milter_of(std::string_view word)
{
    PostfixMilter milter;
    if (!word.starts_with('{')) {
        milter.socket = std::string{word};
        return milter;
    }
    word.remove_prefix(1);
    if (word.ends_with('}')) word.remove_suffix(1);
    milter.socket = std::string{next_word(word)};
    while (!word.empty()) {
        const auto setting = next_word(word);
        each_setting(setting, [&](std::string name, std::string value) {
            milter.own[std::move(name)] = std::move(value);
        });
    }
    return milter;
}

/// Postfix's spelling: the host before the port.
MilterSocket postfix_socket(std::string_view text)
{
    auto socket = parse_milter_socket(text);
    if (socket.is_path) return socket;
    text.remove_prefix(text.find(':') + 1);
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return {false, {}, {}, std::string{text}};
    return {false, {}, bare_host(text.substr(0, colon)), std::string{text.substr(colon + 1)}};
}

/// Whether a link on the way leads elsewhere in a chroot than outside of it.
bool has_absolute_link(std::filesystem::path folder, const std::filesystem::path& way)
{
    for (const auto& part : way) {
        folder /= part;
        std::error_code none;
        if (std::filesystem::read_symlink(folder, none).is_absolute()) return true;
    }
    return false;
}

/// A list of smtpd_milters with `ours` in the place of the element whose socket is `instead`; at
/// its end where there is no such element, so that who signs or verifies keeps his place before us.
std::string list_with(std::string_view list, const std::string& ours, std::string_view instead)
{
    std::string all;
    bool is_in = false;
    for (auto word = next_word(list); !word.empty(); word = next_word(list)) {
        std::string element{word};
        if (!instead.empty() && milter_of(word).socket == instead) {
            element.replace(element.find(instead), instead.size(), ours);
            is_in = true;
        }
        all += (all.empty() ? "" : ", ") + element;
    }
    if (!is_in) all += (all.empty() ? "" : ", ") + ours;
    return all;
}

/// The same list without blanks, which `postconf -P` does not take.
std::string without_blanks(std::string_view list)
{
    std::string all;
    for (const char c : list) {
        const bool is_between = c == ' ' || c == '\t' || c == ',';
        if (c == '}' && all.ends_with(',')) all.pop_back();
        if (!is_between) all += c;
        else if (!all.empty() && !all.ends_with(',') && !all.ends_with('{')) all += ',';
    }
    return all;
}

/// What is looked at, in the order in which it is shown.
class Examination {
public:
    Examination(const PostfixSettings& postfix, const Configuration& settings)
        : postfix_{postfix}, settings_{settings}
    {
    }

    Findings findings()
    {
        const auto ours = our_entry();
        if (ours) {
            look_at_timeouts(*ours);
            look_at_default_action(*ours);
        }
        look_at_original_recipients();
        look_at_header_rewriting();
        return std::move(found_);
    }

private:
    std::string value(std::string_view name) const
    {
        const auto found = postfix_.main.find(name);
        return found == postfix_.main.end() ? std::string{} : found->second;
    }

    /// A value of our entry, else the one for all milters.
    std::string value(const PostfixMilter& ours, const std::string& name) const
    {
        const auto own = ours.own.find(name);
        return own == ours.own.end() ? value("milter_" + name) : own->second;
    }

    std::optional<PostfixMilter> ours_in(std::string_view list, bool chroot) const
    {
        for (auto& milter : parse_milter_list(list))
            if (is_same_socket(settings_.milter.socket, milter.socket, value("queue_directory"),
                               chroot))
                return std::move(milter);
        return std::nullopt;
    }

    std::optional<PostfixMilter> our_entry()
    {
        auto ours = ours_in(value("smtpd_milters"), postfix_.chroot);
        if (ours) add(Health::Ok, "smtpd_milters has our socket {}", ours->socket);
        for (const auto& [service, list] : postfix_.service_milters) {
            auto own = ours_in(list, postfix_.chroot);
            if (own && !ours) {
                add(Health::Ok, "smtpd_milters of {} in master.cf has our socket {}", service,
                    own->socket);
                ours = std::move(own);
            } else if (!own) {
                add(Health::Warning, "{} in master.cf has smtpd_milters of its own without us",
                    service);
                found_.back().advice =
                    "its mail is not filtered; if that is not meant: " +
                    how_to_ask_us("postconf -P '" + service + "/smtpd_milters=", list);
            }
        }
        if (!ours) say_that_we_are_missing();
        return ours;
    }

    void say_that_we_are_missing()
    {
        const auto list = value("smtpd_milters");
        const auto spelt = postfix_.chroot ? ours_in(list, false) : std::nullopt;
        if (spelt)
            add(Health::Problem, "smtpd runs in a chroot and looks for {} below {}", spelt->socket,
                value("queue_directory"));
        else add(Health::Problem, "Postfix does not ask us: smtpd_milters is {:?}", list);
        found_.back().advice = how_to_ask_us("postconf -e 'smtpd_milters = ", list);
    }

    /// What to type so that a list has our socket; `command` is what stands before the list.
    std::string how_to_ask_us(const std::string& command, std::string_view list) const
    {
        const auto queue = value("queue_directory");
        const auto ours = socket_for_postfix(settings_.milter.socket, queue, postfix_.chroot);
        if (!ours)
            return fmt::format(
                "in its chroot, smtpd does not see {}: set [milter] socket to "
                "\"unix:{}/lazaret/milter.sock\", restart lazaret-milter and ask doctor again",
                settings_.milter.socket, queue);
        const auto spelt = ours_in(list, false);
        auto all = list_with(list, *ours, spelt ? spelt->socket : "");
        if (command.ends_with('=')) all = without_blanks(all);
        return command + all + "'; postfix reload";
    }

    void look_at_timeouts(const PostfixMilter& ours)
    {
        const auto budget =
            std::chrono::ceil<std::chrono::seconds>(settings_.milter.judgement_budget);
        longer_than("content_timeout", value(ours, "content_timeout"), budget,
                    "[milter] judgement_budget");
        const auto database =
            std::chrono::ceil<std::chrono::seconds>(settings_.database.connect_timeout);
        longer_than("command_timeout", value(ours, "command_timeout"), database,
                    "[database] connect_timeout");
        // RCPT TO waits for what the lists say.
        if (!settings_.dns.refuse_listed.empty())
            longer_than("command_timeout", value(ours, "command_timeout"),
                        std::chrono::ceil<std::chrono::seconds>(settings_.dns.budget),
                        "[dns] budget");
    }

    void longer_than(std::string_view name, const std::string& text, std::chrono::seconds least,
                     std::string_view our_name)
    {
        const auto time = parse_postfix_time(text);
        if (time && *time > least) {
            add(Health::Ok, "milter_{} is {}, longer than {} ({} s)", name, text, our_name,
                least.count());
            return;
        }
        add(Health::Problem, "milter_{} is {:?}, not longer than {} ({} s)", name, text, our_name,
            least.count());
        found_.back().advice = fmt::format(
            "Postfix would give up while we work: postconf -e 'milter_{} = {}s', or lower {}", name,
            std::max(2 * least, std::chrono::seconds{30}).count(), our_name);
    }

    void look_at_default_action(const PostfixMilter& ours)
    {
        const auto action = value(ours, "default_action");
        if (action == "tempfail") {
            add(Health::Ok,
                "milter_default_action is tempfail: while we are away, mail waits at "
                "its sender");
        } else if (action == "accept") {
            add(Health::Warning,
                "milter_default_action is accept: while we are away, all mail passes unseen");
            found_.back().advice =
                "if that is not meant: postconf -e milter_default_action=tempfail";
        } else {
            add(Health::Warning, "milter_default_action is {:?}", action);
            found_.back().advice =
                "for mail to wait at its sender while we are away: "
                "postconf -e milter_default_action=tempfail";
        }
    }

    /// Without it two recipients whose aliases lead to one mailbox are one to Postfix
    /// (postconf(5)): to take off the one whose copy is held takes the other's mail with it.
    void look_at_original_recipients()
    {
        const auto tell = [&](const std::string& what, const std::string& cure) {
            add(Health::Problem,
                "{}: when one of two recipients who share a mailbox is held, the other gets "
                "nothing",
                what);
            found_.back().advice = cure + "; postfix reload";
        };
        if (is_no(value("enable_original_recipient")))
            tell("enable_original_recipient is no", "postconf -e enable_original_recipient=yes");
        for (const auto& service : postfix_.merging_services)
            tell(service + " in master.cf says enable_original_recipient=no",
                 "postconf -PX " + service + "/enable_original_recipient");
    }

    /// Postfix adds a missing Message-Id, Date and From to mail of these clients, released mail
    /// among it, when it is handed over on this host.
    void look_at_header_rewriting()
    {
        if (!is_this_host(parse_submission_url(settings_.submission.url).host)) return;
        if (value("local_header_rewrite_clients").empty()) return;
        add(Health::Warning, "Postfix completes the headers of mail that we release ({}={})",
            "local_header_rewrite_clients", value("local_header_rewrite_clients"));
        found_.back().advice =
            "to leave them as received: postconf -e local_header_rewrite_clients=";
    }

    template <class... Args>
    void add(Health health, fmt::format_string<Args...> text, Args&&... args)
    {
        found_.push_back(
            {health, "postfix", fmt::format(text, std::forward<Args>(args)...), {}, false});
    }

    const PostfixSettings& postfix_;
    const Configuration& settings_;
    Findings found_;
};

}  // namespace

PostfixSettings parse_postfix_settings(std::string_view main, std::string_view parameters,
                                       std::string_view services)
{
    PostfixSettings postfix;
    each_setting(main, [&](std::string name, std::string value) {
        postfix.main[std::move(name)] = std::move(value);
    });
    constexpr std::string_view milters = "/smtpd_milters";
    constexpr std::string_view original = "/enable_original_recipient";
    each_setting(parameters, [&](const std::string& name, std::string value) {
        if (name.ends_with(milters))
            postfix.service_milters[name.substr(0, name.size() - milters.size())] =
                std::move(value);
        else if (name.ends_with(original) && is_no(value))
            postfix.merging_services.push_back(name.substr(0, name.size() - original.size()));
    });
    // smtp inet n - y - - smtpd: the fifth word is the chroot.
    std::string_view words = services.substr(0, services.find('\n'));
    for (int skipped = 0; skipped < 4; ++skipped) next_word(words);
    postfix.chroot = next_word(words) == "y";
    return postfix;
}

std::vector<PostfixMilter> parse_milter_list(std::string_view text)
{
    std::vector<PostfixMilter> milters;
    for (auto word = next_word(text); !word.empty(); word = next_word(text))
        milters.push_back(milter_of(word));
    return milters;
}

std::optional<std::chrono::seconds> parse_postfix_time(std::string_view text)
{
    std::int64_t count = 0;
    const auto* const last = text.data() + text.size();
    const auto [end, code] = std::from_chars(text.data(), last, count);
    if (code != std::errc{} || count < 0 || count > 10'000'000) return std::nullopt;
    const std::string_view unit{end, static_cast<std::size_t>(last - end)};
    if (unit.empty() || unit == "s") return std::chrono::seconds{count};
    if (unit == "m") return std::chrono::minutes{count};
    if (unit == "h") return std::chrono::hours{count};
    if (unit == "d") return std::chrono::days{count};
    if (unit == "w") return std::chrono::weeks{count};
    return std::nullopt;
}

bool is_same_socket(std::string_view ours, std::string_view postfix,
                    const std::string& queue_directory, bool chroot)
{
    const auto mine = parse_milter_socket(ours);
    const auto theirs = postfix_socket(postfix);
    if (mine.is_path != theirs.is_path) return false;
    if (!mine.is_path) return is_same_port(mine, theirs);
    namespace fs = std::filesystem;
    auto path = fs::path{theirs.path};
    if (chroot && has_absolute_link(queue_directory, path.relative_path())) return false;
    if (chroot || path.is_relative()) path = fs::path{queue_directory} / path.relative_path();
    return is_same_path(mine.path, path);
}

std::optional<std::string> socket_for_postfix(std::string_view ours,
                                              const std::string& queue_directory, bool chroot)
{
    const auto mine = parse_milter_socket(ours);
    if (mine.is_path) {
        namespace fs = std::filesystem;
        const auto path = fs::path{mine.path}.lexically_normal();
        const auto below =
            path.lexically_relative(fs::path{queue_directory}.lexically_normal()).string();
        // Relative to the queue directory, it is found with and without the chroot.
        if (!queue_directory.empty() && !below.empty() && !below.starts_with('.'))
            return "unix:" + below;
        if (chroot) return std::nullopt;
        return "unix:" + mine.path;
    }
    const std::string host = is_any_host(mine.host) ? "127.0.0.1" : mine.host;
    const bool is_ipv6 = host.find(':') != std::string::npos;
    return fmt::format("inet:{}:{}", is_ipv6 ? '[' + host + ']' : host, mine.port);
}

Findings postfix_findings(const PostfixSettings& postfix, const Configuration& settings)
{
    return Examination{postfix, settings}.findings();
}

Findings local_name_findings(const PostfixSettings& postfix,
                             const std::vector<std::string>& domains)
{
    const auto is_protected = [&](const std::string& name) {
        return std::ranges::find(domains, name) != domains.end();
    };
    const auto found = postfix.main.find("mydestination");
    if (found == postfix.main.end()) return {};
    std::string_view list = found->second;
    bool any = false;
    std::string others;
    for (auto word = next_word(list); !word.empty(); word = next_word(list)) {
        const auto name = ascii_lower(word);
        if (name.find_first_of("/:") != std::string::npos) continue;  // a table
        if (is_protected(name)) any = true;
        else others += (others.empty() ? "" : " ") + name;
    }
    if (!any || others.empty()) return {};
    return {{Health::Warning, "postfix",
             fmt::format("mydestination has other names of the same mailboxes, whose mail is not "
                         "filtered: {}",
                         others),
             fmt::format("lazaretctl domain add {}, and '[IP]' for each address of this host that "
                         "strangers reach",
                         others),
             false}};
}

}  // namespace lazaret::tools
