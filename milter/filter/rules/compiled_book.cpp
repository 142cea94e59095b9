#include "milter/filter/rules/compiled_book.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "milter/filter/rules/book_settings.hpp"
#include "milter/filter/rules/evals/pdf_facts.hpp"

namespace lazaret::filter::rules {
namespace {

bool captures(const Rule& rule)
{
    const auto of_test = [](const auto& test) {
        if constexpr (requires { test.pattern; }) return is_capturing(test.pattern);
        else if constexpr (requires { test.test.pattern; }) return is_capturing(test.test.pattern);
        else return false;
    };
    return std::visit(of_test, rule.test);
}

}  // namespace

RuleBook::Compiled::Compiled(const RuleSource& source, RuleBook& book)
    : plugins_{&source.plugins},
      boundaries_{std::make_shared<const RegistryBoundaries>(boundaries_of(source.settings))},
      relay_settings_{relay_settings_of(source.settings, book.problems_)},
      uri_settings_{uri_settings_of(source.settings, book.problems_)},
      eval_settings_{SenderSettings::from(source.settings),
                     ContentSettings::from(source.settings, source.language_models)},
      reads_pdfs_{source.plugins.contains("PDFInfo")},
      network_{source.settings, relay_settings_, boundaries_, book.problems_}
{
    for (const auto& problem : eval_settings_.content.problems) book.problems_.push_back(problem);
    if (source.plugins.contains("Shortcircuit")) {
        auto shortcircuit = Shortcircuit::from(source.settings);
        for (const auto& problem : shortcircuit.problems()) book.problems_.push_back(problem);
        if (!shortcircuit.is_off()) shortcircuit_ = std::move(shortcircuit);
    }
    for (std::uint32_t index = 0; index < book.size(); ++index)
        indexes.emplace(book.rules_[index].name, index);
    for (std::uint32_t index = 0; index < book.size(); ++index) place(index, book);
    finish(book);
    order_metas(source, book);
    plugins_ = nullptr;
}

void RuleBook::Compiled::order_metas(const RuleSource& source, RuleBook& book)
{
    const auto is_on = [&](const Rule& rule) {
        return book.standings_[indexes.find(rule.name)->second].state == Standing::State::On;
    };
    const auto all = ordered_metas(source, indexes, book.size(), is_on, book.problems_);
    for (std::size_t set = 0; set < metas_.size(); ++set) {
        std::vector<bool> dead(book.size() + 1U);
        for (std::uint32_t index = 0; index < book.size(); ++index)
            dead[index] = book.worths_[set][index].score == 0 &&
                          std::holds_alternative<MetaRule>(book.rules_[index].test);
        metas_[set] = Metas{living_metas(all, std::move(dead)), book.size() + 1U};
    }
}

void RuleBook::Compiled::place(std::uint32_t index, RuleBook& book)
{
    const auto& rule = book.rules_[index];
    auto& standing = book.standings_[index];
    if (std::all_of(rule.scores.begin(), rule.scores.end(), [](double one) { return one == 0; })) {
        standing.state = Standing::State::Off;
        return;
    }
    if (const auto* one = std::get_if<HeaderRule>(&rule.test))
        headers_.add(index, one->test, rule.flags, rule.is_helper());
    else if (const auto* two = std::get_if<BodyRule>(&rule.test))
        body_.add(index, two->pattern, rule.flags, rule.is_helper());
    else if (const auto* three = std::get_if<RawBodyRule>(&rule.test))
        raw_body_.add(index, three->pattern, rule.flags, rule.is_helper());
    else if (const auto* four = std::get_if<UriRule>(&rule.test))
        uri_.add(index, four->pattern, rule.flags, rule.is_helper());
    else if (const auto* five = std::get_if<FullRule>(&rule.test))
        full_.add(index, five->pattern, rule.flags, rule.is_helper());
    else if (const auto* six = std::get_if<MimeHeaderRule>(&rule.test))
        mime_headers_.add(index, six->test, rule.flags, standing);
    else if (const auto* seven = std::get_if<UriDetailRule>(&rule.test))
        uri_details_.add(index, seven->test, standing);
    else if (const auto* eight = std::get_if<EvalRule>(&rule.test))
        place_eval(index, rule, eight->call, standing, *plugins_);
    else if (std::holds_alternative<AskDnsRule>(rule.test)) place_asking(index, rule, standing);
    else if (std::holds_alternative<EmptyRule>(rule.test))
        standing = {Standing::State::NotAnswered, "no line says what it looks for (reuse)"};
}

void RuleBook::Compiled::place_eval(std::uint32_t index, const Rule& rule, const EvalCall& call,
                                    Standing& standing, const LoadedPlugins& plugins)
{
    const auto* entry = find_eval(call.function);
    if (!entry) {
        standing = {Standing::State::Broken, fmt::format("there is no function {}", call.function)};
    } else if (!entry->run && !entry->why_not.empty()) {
        standing = {Standing::State::NotAnswered, std::string{entry->why_not}};
    } else if (!entry->plugin.empty() && !plugins.contains(entry->plugin)) {
        standing = {Standing::State::Broken,
                    fmt::format("{} needs 'loadplugin Mail::SpamAssassin::Plugin::{}'",
                                call.function, entry->plugin)};
    } else if (call.arguments.size() < entry->least_arguments) {
        standing = {Standing::State::Broken,
                    fmt::format("{} needs {} arguments", call.function, entry->least_arguments)};
    } else if (!entry->run) {
        place_asking(index, rule, standing);
    } else if (auto fault = entry->add_pattern(call.arguments, eval_settings_.patterns);
               !fault.empty()) {
        standing = {Standing::State::Broken, std::move(fault)};
    } else {
        evals_.push_back({index, entry->run, call.arguments, rule.text.starts_with("rawbody")});
    }
}

void RuleBook::Compiled::place_asking(std::uint32_t index, const Rule& rule, Standing& standing)
{
    if (auto what = network_.add(index, rule); !what.empty())
        standing = {Standing::State::Broken, std::move(what)};
}

void RuleBook::Compiled::finish(RuleBook& book)
{
    for (auto&& faults :
         {headers_.finish(), body_.finish(), raw_body_.finish(), uri_.finish(), full_.finish()})
        for (const auto& [index, what] : faults)
            book.standings_[index] = {Standing::State::Broken, what};
    for (std::uint32_t index = 0; index < book.size(); ++index)
        if (book.standings_[index].state == Standing::State::Broken)
            book.problems_.push_back(
                {book.rules_[index].place, book.rules_[index].name, book.standings_[index].why});
}

Rendering RuleBook::Compiled::read(const Mail& mail, EvalMemory& memory) const
{
    auto rendering = render(mail.bytes);
    if (mail.too_large) rendering.faults.missing_boundary = false;  // may be in the rest
    std::optional<std::string> own;
    const auto& envelope = mail.envelope;
    if (!envelope.client_ip.empty()) {
        const auto sender = envelope.sender ? envelope.sender->text() : std::string{};
        own = own_received(envelope.client_ip, envelope.helo, envelope.client_name, own_name_,
                           sender, !envelope.authenticated_user.empty());
    }
    rendering.relays = read_relays(rendering.headers(), relay_settings_, own);
    std::vector<std::string_view> signatures;
    for (const std::string_view name : {"DomainKey-Signature", "DKIM-Signature"})
        for (const auto* field : rendering.headers().named(name))
            signatures.push_back(field->value);
    std::span<const std::string> attached;
    if (reads_pdfs_) attached = memory.content.pdfs.emplace(PdfFacts::of(rendering)).uris;
    rendering.uris = uris_of({rendering.body, rendering.all_html, signatures, attached},
                             uri_settings_, *boundaries_);
    return rendering;
}

RuleBook::Compiled::Texts RuleBook::Compiled::texts(const Rendering& rendering) const
{
    return {headers_.texts(rendering, *boundaries_),
            {rendering.uris.list.begin(), rendering.uris.list.end()}};
}

void RuleBook::Compiled::run_evals(EvalContext& context, Values& values) const
{
    for (const auto& use : evals_) {
        context.is_raw_body = use.is_raw_body;
        values[use.rule] = use.function(context, use.arguments);
    }
}

void RuleBook::Compiled::match_patterns(const Rendering& rendering, const Texts& texts,
                                        Captures& captures, Values& values, PutOff* put_off) const
{
    const std::span whole{&rendering.text, 1};
    headers_.match(texts.headers, values, captures, put_off);
    body_.match(rendering.body, values, captures, put_off);
    raw_body_.match(rendering.raw_body, values, captures, put_off);
    uri_.match(texts.uris, values, captures, put_off);
    full_.match(whole, values, captures, put_off);
    // Whatever kind of rule captured.
    headers_.fill(texts.headers, captures, values);
    body_.fill(rendering.body, captures, values);
    raw_body_.fill(rendering.raw_body, captures, values);
    uri_.fill(texts.uris, captures, values);
    full_.fill(whole, captures, values);
    mime_headers_.match(rendering, values);
    uri_details_.match(rendering.uris, values);
}

std::vector<PatternSet*> RuleBook::Compiled::sets()
{
    auto all = headers_.sets();
    for (auto* rules : {&body_, &raw_body_, &uri_, &full_}) all.push_back(&rules->set());
    return all;
}

std::vector<std::uint32_t> RuleBook::Compiled::given_up() const
{
    auto all = headers_.given_up();
    for (const auto* rules : {&body_, &raw_body_, &uri_, &full_})
        for (const auto member : rules->set().resting()) all.push_back(rules->rule_of(member));
    return all;
}

// Who captures for others runs before them, those for spam and ham come first as the plugin has
// it, and what asks the network has its questions sent early.
int RuleBook::Compiled::priority_of(const Rule& rule) const
{
    constexpr int of_captures = -10'000;
    constexpr int of_network = -100;
    if (captures(rule)) return of_captures;
    if (rule.priority != 0) return rule.priority;
    return shortcircuit_->priority(rule.name).value_or(rule.flags.net ? of_network : 0);
}

// With a list of our own: a file may chain as many metas as it likes.
std::set<std::uint32_t> RuleBook::Compiled::needed_by(std::uint32_t rule, std::size_t scores) const
{
    std::set<std::uint32_t> needed{rule};
    std::vector<std::uint32_t> open{rule};
    while (!open.empty()) {
        const auto one = open.back();
        open.pop_back();
        for (const auto name : metas_[scores].names_of(one))
            if (needed.insert(name).second) open.push_back(name);
    }
    return needed;
}

// SpamAssassin runs rules by priority and stops; here all are known by then, and those that would
// not have run are taken off.
std::vector<RuleHit> RuleBook::Compiled::until_decided(std::vector<RuleHit> hits,
                                                       const RuleBook& book,
                                                       std::size_t scores) const
{
    if (!shortcircuit_) return hits;
    const auto priority = [&](const RuleHit& hit) { return priority_of(book.rule(hit.rule)); };
    std::ranges::stable_sort(hits, {}, priority);
    double points = 0;
    std::optional<Shortcircuit::Decision> decision;
    auto decider = hits.begin();
    for (; decider != hits.end() && !decision; ++decider) {
        points += decider->points;
        decision = shortcircuit_->decision_of_sum(points);
        if (!decision)
            decision = shortcircuit_->decision(book.rule(decider->rule).name, decider->points);
    }
    if (decision) {
        --decider;
        const auto needed = needed_by(decider->rule, scores);
        const auto last = priority(*decider);
        std::erase_if(hits, [&](const RuleHit& hit) {
            return priority(hit) > last && !needed.contains(hit.rule);
        });
        if (const auto own = indexes.find("SHORTCIRCUIT"); own != indexes.end())
            hits.push_back({own->second, 1, decision->points});
    }
    std::ranges::sort(hits, {}, &RuleHit::rule);
    return hits;
}

}  // namespace lazaret::filter::rules
