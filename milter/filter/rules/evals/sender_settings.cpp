#include "milter/filter/rules/evals/sender_settings.hpp"

#include <algorithm>
#include <charconv>

#include "base/text.hpp"
#include "milter/filter/rules/perl_classes.hpp"

namespace lazaret::filter::rules {
namespace {

/// A list of addresses that has settings of its own: to add to it, and to take away again.
struct ListSetting {
    std::string_view add;
    std::string_view remove;  ///< empty: nothing takes away
};

constexpr auto list_settings = std::to_array<ListSetting>({
    {"welcomelist_from", "unwelcomelist_from"},
    {"blocklist_from", "unblocklist_from"},
    {"welcomelist_to", "unwelcomelist_to"},
    {"blocklist_to", "unblocklist_to"},
    {"more_spam_to", ""},
    {"all_spam_to", ""},
    {"welcomelist_auth", "unwelcomelist_auth"},
    {"def_welcomelist_auth", "unwelcomelist_auth"},
    {"welcomelist_allows_relays", ""},
    {"welcomelist_from_spf", "unwelcomelist_from_spf"},
    {"def_welcomelist_from_spf", "unwelcomelist_from_spf"},
});

// `(NAME) word word`.
struct NamedWords {
    std::string_view name;  ///< empty: the line has none
    std::vector<std::string_view> words;
};

NamedWords named_words(std::string_view value)
{
    value = without_blanks(value);
    const auto close = value.find(')');
    if (!value.starts_with('(') || close == std::string_view::npos) return {{}, words_of(value)};
    return {value.substr(1, close - 1), words_of(value.substr(close + 1))};
}

// Entries that lines of a setting take away again, unless a later line puts them back.
class Removals {
public:
    /// @param entries_of  of a line, as they are asked for here
    template <class EntriesOf>
    Removals(const RuleSettings& settings, std::string_view key, EntriesOf&& entries_of)
    {
        for (const auto& line : settings.lines(key))
            for (auto& entry : entries_of(line)) last_[std::move(entry)] = line.order;
    }

    [[nodiscard]] bool take(std::string_view entry, const RuleSettings::Line& line) const
    {
        const auto found = last_.find(entry);
        return found != last_.end() && found->second > line.order;
    }

private:
    TextMap<std::size_t> last_;
};

std::vector<std::string> small_words(const RuleSettings::Line& line)
{
    std::vector<std::string> words;
    for (const auto word : words_of(line.value)) words.push_back(ascii_lower(word));
    return words;
}

TextMap<AddressGlobs> address_lists(const RuleSettings& settings)
{
    TextMap<AddressGlobs> lists;
    for (const auto& [add, remove] : list_settings) {
        auto& list = lists[std::string{add}];
        const Removals removed{settings, remove, small_words};
        for (const auto& line : settings.lines(add))
            for (const auto& word : small_words(line))
                if (!removed.take(word, line)) list.add(word);
    }
    for (const auto& line : settings.lines("enlist_addrlist")) {
        const auto [name, words] = named_words(line.value);
        if (name.empty()) continue;
        auto& list = lists[std::string{name}];
        for (const auto word : words) list.add(word);
    }
    return lists;
}

RelayedSenders relayed_senders(const RuleSettings& settings, std::string_view key)
{
    RelayedSenders list;
    const Removals removed{settings, "unwelcomelist_from_rcvd", small_words};
    for (const auto& line : settings.lines(key)) {
        const auto words = small_words(line);
        if (words.size() != 2 || removed.take(words[0], line)) continue;
        const auto number = list.senders.add(words[0]);
        if (number >= list.relays.size()) list.relays.resize(number + 1);
        list.relays[number].push_back(words[1]);
    }
    return list;
}

SignedSenders signed_senders(const RuleSettings& settings, std::string_view key)
{
    SignedSenders list;
    // A sender and his signer, who is himself where none stands.
    const auto entry = [](const RuleSettings::Line& line) {
        auto words = small_words(line);
        words.resize(2);
        return words;
    };
    const auto as_one = [&](const RuleSettings::Line& line) {
        const auto words = entry(line);
        return std::vector{words[0] + ' ' + words[1]};
    };
    const Removals removed{settings, "unwelcomelist_from_dkim", as_one};
    for (const auto& line : settings.lines(key)) {
        auto words = entry(line);
        if (words[0].empty() || removed.take(as_one(line).front(), line)) continue;
        const auto number = list.senders.add(words[0]);
        if (number >= list.signers.size()) list.signers.resize(number + 1);
        list.signers[number].push_back(std::move(words[1]));
    }
    return list;
}

class UriHostReader {
public:
    explicit UriHostReader(const RuleSettings& settings)
    {
        for (const auto& [key, line] :
             settings.in_order({"enlist_uri_host", "blocklist_uri_host", "welcomelist_uri_host",
                                "delist_uri_host"})) {
            const auto [name, words] = named_words(line->value);
            if (key == "delist_uri_host") remove(name, words);
            else if (key == "blocklist_uri_host") add("BLOCK", words_of(line->value));
            else if (key == "welcomelist_uri_host") add("WELCOME", words_of(line->value));
            else if (!name.empty()) add(name, words);
        }
    }
    UriHostLists lists;

private:
    void add(std::string_view name, const std::vector<std::string_view>& words)
    {
        if (words.empty()) return;
        const auto number = lists.list(name);
        if (number == lists.names.size()) lists.names.emplace_back(name);
        for (const auto word : words) {
            const bool is_in = !word.starts_with('!');
            auto& entries = lists.hosts[ascii_lower(word.substr(is_in ? 0 : 1))];
            const auto same = std::find_if(entries.begin(), entries.end(),
                                           [&](const auto& entry) { return entry.list == number; });
            if (same == entries.end()) entries.push_back({number, is_in});
            else same->is_in = is_in;
        }
    }

    void remove(std::string_view name, const std::vector<std::string_view>& words)
    {
        const auto number = lists.list(name);
        for (const auto word : words) {
            const auto host = lists.hosts.find(ascii_lower(word.substr(word.starts_with('!'))));
            if (host == lists.hosts.end()) continue;
            std::erase_if(host->second,
                          [&](const auto& entry) { return name.empty() || entry.list == number; });
        }
    }
};

template <class Number>
Number number_of(const RuleSettings& settings, std::string_view key, Number unless_said)
{
    const auto text = without_blanks(settings.last(key));
    Number value = unless_said;
    const auto [end, failed] = std::from_chars(text.begin(), text.end(), value);
    return failed == std::errc{} ? value : unless_said;
}

FreemailSettings freemail_settings(const RuleSettings& settings, const TextMap<AddressGlobs>& lists)
{
    FreemailSettings freemail;
    for (const auto word : settings.words("freemail_domains")) {
        auto domain = ascii_lower(word);
        if (domain.find_first_of("*?") != std::string::npos)
            freemail.domain_globs.push_back(std::move(domain));
        else freemail.domains.insert(std::move(domain));
    }
    for (const auto word : settings.words("freemail_welcomelist"))
        freemail.welcome.insert(ascii_lower(word));
    for (const auto* list : {"welcomelist_auth", "def_welcomelist_auth"})
        if (settings.is_on("freemail_import_" + std::string{list}, false))
            if (const auto found = lists.find(list); found != lists.end())
                freemail.welcome_lists.push_back(found->second);
    freemail.most_body_addresses =
        number_of(settings, "freemail_max_body_emails", freemail.most_body_addresses);
    freemail.most_body_freemails =
        number_of(settings, "freemail_max_body_freemails", freemail.most_body_freemails);
    freemail.skips_over_most = settings.is_on("freemail_skip_when_over_max", true);
    freemail.skips_bulk_envelope = settings.is_on("freemail_skip_bulk_envfrom", true);
    return freemail;
}

FromNameSettings from_name_settings(const RuleSettings& settings)
{
    FromNameSettings from_name;
    const auto entries = [](const RuleSettings::Line& line) {
        const auto [name, words] = named_words(line.value);
        std::vector<std::string> all;
        for (const auto word : words) all.push_back(ascii_lower(name) + ' ' + ascii_lower(word));
        return all;
    };
    const Removals removed{settings, "fns_remove_addrlist", entries};
    for (const auto& line : settings.lines("fns_add_addrlist")) {
        const auto [name, words] = named_words(line.value);
        if (name.empty()) continue;
        auto owner_name = ascii_lower(name);
        auto& owners = from_name.owners;
        auto owner = std::find_if(owners.begin(), owners.end(),
                                  [&](const auto& one) { return one.name == owner_name; });
        if (owner == owners.end()) owner = owners.insert(owners.end(), {owner_name, {}});
        for (const auto word : words)
            if (!removed.take(owner_name + ' ' + ascii_lower(word), line))
                owner->addresses.add(word);
    }
    for (const auto word : settings.words("fns_ignore_headers"))
        from_name.ignored_headers.emplace_back(word);
    for (const auto word : settings.words("fns_ignore_dkim"))
        from_name.ignored_signers.insert(ascii_lower(word));
    from_name.extra_characters = number_of(settings, "fns_extrachars", from_name.extra_characters);
    from_name.level = std::clamp(number_of(settings, "fns_check", from_name.level), 0, 2);
    return from_name;
}

std::vector<std::string> subject_globs(const RuleSettings& settings, std::string_view key)
{
    std::vector<std::string> globs;
    for (const auto& line : settings.lines(key)) globs.push_back(ascii_lower(line.value));
    return globs;
}

}  // namespace

std::size_t UriHostLists::list(std::string_view name) const
{
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

SenderSettings SenderSettings::from(const RuleSettings& settings)
{
    SenderSettings sender;
    sender.lists = address_lists(settings);
    sender.welcome_by_relay = relayed_senders(settings, "welcomelist_from_rcvd");
    sender.default_welcome_by_relay = relayed_senders(settings, "def_welcomelist_from_rcvd");
    sender.welcome_by_signer = signed_senders(settings, "welcomelist_from_dkim");
    sender.default_welcome_by_signer = signed_senders(settings, "def_welcomelist_from_dkim");
    sender.least_key_bits = number_of(settings, "dkim_minimum_key_bits", sender.least_key_bits);
    sender.trusts_envelope = settings.is_on("always_trust_envelope_sender", false);
    sender.uri_hosts = UriHostReader{settings}.lists;
    sender.freemail = freemail_settings(settings, sender.lists);
    sender.from_name = from_name_settings(settings);
    sender.welcome_subjects = subject_globs(settings, "welcomelist_subject");
    sender.block_subjects = subject_globs(settings, "blocklist_subject");
    for (const auto word : settings.words("welcomelist_bounce_relays"))
        sender.bounce_relays.add(word);
    sender.charsets = ExpectedCharsets{settings.last("ok_locales")};
    return sender;
}

bool SenderSettings::is_listed(std::string_view list, std::string_view address) const
{
    const auto found = lists.find(list);
    return found != lists.end() && found->second.has(ascii_lower(address));
}

}  // namespace lazaret::filter::rules
