#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "milter/filter/rules/evals/body_addresses.hpp"
#include "milter/filter/rules/evals/message_addresses.hpp"
#include "milter/filter/rules/evals/sender_eval_groups.hpp"
#include "milter/filter/rules/patterns/pattern_set.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

// Names that providers of freemail use themselves, or that nobody answers from.
constexpr auto official_names = std::to_array<std::string_view>(
    {"abuse", "support", "sales", "info", "helpdesk", "contact", "kontakt", "postmaster",
     "hostmaster", "domainmaster", "bounce-", "bounced-"});

constexpr bool is_hex(char c) { return is_digit(c) || (small(c) >= 'a' && small(c) <= 'f'); }

// Whether `text` is hexadecimal digits with `-` or `.` between, in groups of the given lengths.
bool is_hex_groups(std::string_view text, std::string_view sign,
                   std::initializer_list<std::size_t> lengths)
{
    std::size_t at = 0;
    for (const auto length : lengths) {
        if (at > 0) {
            if (!text.substr(at).starts_with(sign)) return false;
            at += sign.size();
        }
        const auto group = text.substr(std::min(at, text.size()), length);
        if (group.size() != length || !std::all_of(group.begin(), group.end(), is_hex))
            return false;
        at += length;
    }
    return at == text.size();
}

// `a=b=c`: two signs that have something before, between and behind.
bool has_two_equal_signs(std::string_view name)
{
    const auto first = name.find('=', 1);
    if (first == std::string_view::npos) return false;
    const auto second = name.find('=', first + 2);
    return second != std::string_view::npos && second + 1 < name.size();
}

bool is_official(std::string_view address)
{
    const auto name = address.substr(0, address.find('@'));
    if (std::find(official_names.begin(), official_names.end(), name) != official_names.end())
        return true;
    if (name.starts_with("undisclosed") || has_two_equal_signs(name)) return true;
    if (name.starts_with("request-")) return is_hex_groups(name.substr(8), "", {16});
    return is_hex_groups(name, ".", {8, 8}) || is_hex_groups(name, "-", {8, 4, 4, 4, 12});
}

// Labels are compared one by one: no wildcard covers a dot.
bool fits_domain_glob(std::string_view domain, std::string_view glob)
{
    while (true) {
        const auto label = domain.substr(0, domain.find('.'));
        const auto pattern = glob.substr(0, glob.find('.'));
        if (!fits_glob(label, pattern)) return false;
        domain.remove_prefix(label.size());
        glob.remove_prefix(pattern.size());
        if (domain.empty() || glob.empty()) return domain.empty() && glob.empty();
        domain.remove_prefix(1);
        glob.remove_prefix(1);
    }
}

}  // namespace

bool FreemailSettings::has(std::string_view address) const
{
    const auto domain = address.substr(address.rfind('@') + 1);
    if (domain.size() > 255) return false;
    const bool is_of_provider =
        domains.contains(domain) ||
        (domain.size() < address.size() &&
         std::any_of(domain_globs.begin(), domain_globs.end(),
                     [&](const auto& glob) { return fits_domain_glob(domain, glob); }));
    return is_of_provider && !welcome.contains(address) && !welcome.contains(domain) &&
           !is_official(address) &&
           std::none_of(welcome_lists.begin(), welcome_lists.end(),
                        [&](const auto& list) { return list.has(address); });
}

namespace {

// Whether one of the addresses is freemail and, with an expression, fits it.
bool has_freemail(const EvalContext& context, const std::vector<std::string>& addresses,
                  std::span<const std::string> arguments, std::size_t expression_at)
{
    const auto& settings = context.settings.sender.freemail;
    const Expression* expression = nullptr;
    if (expression_at < arguments.size()) {
        expression = context.settings.patterns.find(arguments[expression_at],
                                                    ArgumentPatterns::Written::Bare);
        if (expression == nullptr) return false;
    }
    return std::any_of(addresses.begin(), addresses.end(), [&](const auto& address) {
        const auto small_address = ascii_lower(address);
        return settings.has(small_address) &&
               (expression == nullptr || expression->matches(small_address));
    });
}

unsigned check_freemail_header(const EvalContext& context, std::span<const std::string> arguments)
{
    if (!context.settings.sender.freemail.are_there()) return 0;
    const auto query = std::string{argument(arguments, 0)} + ":addr";
    return has_freemail(context, context.headers.values(query), arguments, 1);
}

unsigned check_freemail_from(const EvalContext& context, std::span<const std::string> arguments)
{
    return context.settings.sender.freemail.are_there() &&
           has_freemail(context, senders_of(context), arguments, 0);
}

const BodyFreemails& freemails_of(const EvalContext& context)
{
    auto& memory = context.memory.sender.freemails;
    if (memory) return *memory;
    const auto& settings = context.settings.sender.freemail;
    BodyFreemails found;
    std::size_t count = 0;
    std::size_t freemails = 0;
    for (const auto& address : body_addresses(context)) {
        found.are_too_many = settings.skips_over_most && ++count == settings.most_body_addresses;
        if (found.are_too_many) break;
        if (!settings.has(address)) continue;
        found.are_too_many =
            settings.skips_over_most && ++freemails == settings.most_body_freemails;
        if (found.are_too_many) break;
        found.addresses.insert(address);
    }
    return memory.emplace(std::move(found));
}

unsigned check_freemail_body(const EvalContext& context, std::span<const std::string> arguments)
{
    if (!context.settings.sender.freemail.are_there()) return 0;
    const auto& found = freemails_of(context);
    return !found.are_too_many &&
           has_freemail(context, {found.addresses.begin(), found.addresses.end()}, arguments, 0);
}

constexpr auto bulk_beginnings = std::to_array<std::string_view>(
    {"sentto-", "owner-", "return-", "bounce-", "bounced-", "grbounce-", "grbounced-"});
constexpr auto bulk_endings =
    std::to_array<std::string_view>({"-request", "-bounce", "-bounces", "-admin", "-owner"});
constexpr auto bulk_names =
    std::to_array<std::string_view>({"postmaster", "hostmaster", "domainmaster", "double-bounce"});

// SpamAssassin lets one sign stand between the words of `do_not_reply`: a dot, `_`, a letter up to
// t, but no hyphen.
constexpr bool may_join(char c)
{
    return c == '.' || c == '_' || c == '`' || (c >= 'a' && c <= 't');
}

// `noreply`, `no_reply`, `donoreplies`, ... at the end of the name.
bool ends_in_no_reply(std::string_view name)
{
    if (name.ends_with("reply")) name.remove_suffix(5);
    else if (name.ends_with("replies")) name.remove_suffix(7);
    else return false;
    if (!name.ends_with("no") && !name.empty() && may_join(name.back())) name.remove_suffix(1);
    if (!name.ends_with("no")) return false;
    name.remove_suffix(2);
    const auto begins_word = [](std::string_view before) {
        return before.empty() || !is_word(before.back());
    };
    if (begins_word(name)) return true;
    if (name.ends_with("do")) return begins_word(name.substr(0, name.size() - 2));
    return name.size() >= 3 && may_join(name.back()) &&
           name.substr(0, name.size() - 1).ends_with("do") &&
           begins_word(name.substr(0, name.size() - 3));
}

// Lists and programs that send for somebody have him in Reply-To for good reasons.
bool is_bulk(std::string_view envelope_from)
{
    const auto address = ascii_lower(envelope_from);
    const auto at = address.rfind('@');
    if (at == std::string::npos) return false;
    const std::string_view name{address.data(), at};
    const auto begins = [&](auto one) { return name.starts_with(one) && name.size() > one.size(); };
    const auto ends = [&](auto one) { return name.ends_with(one); };
    if (std::find(bulk_names.begin(), bulk_names.end(), name) != bulk_names.end()) return true;
    if (std::any_of(bulk_beginnings.begin(), bulk_beginnings.end(), begins)) return true;
    if (std::any_of(bulk_endings.begin(), bulk_endings.end(), ends)) return true;
    const auto sign = name.find('=', 1);
    return (sign != std::string_view::npos && sign + 1 < name.size()) || ends_in_no_reply(name);
}

std::vector<std::string> small_values(HeaderLookup& headers, std::string_view query)
{
    constexpr std::size_t most = 100;
    std::vector<std::string> addresses;
    for (const auto& value : headers.values(query))
        if (addresses.size() < most) addresses.push_back(ascii_lower(value));
    return addresses;
}

// Whether answers would go to another freemail address than the letter or its text names: in
// Reply-To, or, with `reply`, in From where there is no Reply-To.
unsigned check_freemail_replyto(const EvalContext& context, std::span<const std::string> arguments)
{
    const auto& settings = context.settings.sender.freemail;
    const auto what = arguments.empty() ? "replyto" : argument(arguments, 0);
    if (!settings.are_there() || (what != "replyto" && what != "reply")) return 0;
    const auto& envelope = context.headers.text("EnvelopeFrom");
    if (settings.skips_bulk_envelope && is_bulk(envelope)) return 0;
    const auto from = small_values(context.headers, "From:addr");
    const auto reply = small_values(context.headers, "Reply-To:addr");
    const auto is_freemail = [&](const auto& address) { return settings.has(address); };
    const bool is_from = std::any_of(from.begin(), from.end(), is_freemail);
    const bool is_reply = std::any_of(reply.begin(), reply.end(), is_freemail);
    const bool is_both = std::any_of(from.begin(), from.end(), [&](const auto& address) {
        return std::find(reply.begin(), reply.end(), address) != reply.end();
    });
    if (is_from && is_reply && !is_both) return 1;
    if (!is_reply && (what == "replyto" || !reply.empty() || !is_from)) return 0;
    if (what == "reply" && !is_from) return 0;
    const auto& found = freemails_of(context);
    if (found.are_too_many) return 0;
    const auto& answers = is_reply ? reply : from;
    return std::any_of(answers.begin(), answers.end(), [&](const auto& address) {
        return found.addresses.size() > found.addresses.count(address);
    });
}

constexpr auto table = std::to_array<EvalEntry>({
    {"check_freemail_header", "FreeMail", check_freemail_header, {}, 1, {{1}}},
    {"check_freemail_from", "FreeMail", check_freemail_from, {}, 0, {{0}}},
    {"check_freemail_body", "FreeMail", check_freemail_body, {}, 0, {{0}}},
    {"check_freemail_replyto", "FreeMail", check_freemail_replyto, {}},
});

}  // namespace

std::span<const EvalEntry> freemail_evals() { return table; }

}  // namespace lazaret::filter::rules
