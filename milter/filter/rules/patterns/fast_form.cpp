#include "milter/filter/rules/patterns/fast_form.hpp"

#if LAZARET_HYPERSCAN

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/shared_state.hpp"
#include "milter/filter/rules/patterns/compiled_form.hpp"
#include "milter/filter/rules/patterns/form_file.hpp"
#include "milter/filter/rules/patterns/found_times.hpp"
#include "milter/filter/rules/patterns/hyperscan.hpp"
#include "milter/filter/rules/patterns/step_scan.hpp"

namespace lazaret::filter::rules {
namespace {

constexpr std::string_view separator = "\n";
constexpr std::size_t kept_scratches = 64;
// So many bytes are gone through by steps while Hyperscan would still load its tables.
constexpr std::size_t quick_bytes = 400;

void add(std::vector<StepScan::Sought>& sought, std::size_t id, std::vector<ByteSequence> sequences)
{
    for (auto& sequence : sequences) sought.push_back({id, std::move(sequence)});
}

}  // namespace

struct FastForm::Parts {
    explicit Parts(CompiledForm compiled) : form{std::move(compiled)} {}

    CompiledForm form;
    std::vector<std::size_t> nowhere;  ///< patterns that are always candidates
    StepScan step_scan;
    /// Of a short text: what its patterns' steps find, and the patterns that have none.
    StepScan short_scan;
    std::vector<std::size_t> without_steps;
    HyperscanScratch prototype;
    mutable Locked<std::vector<HyperscanScratch>> free;

    [[nodiscard]] HyperscanScratch take() const
    {
        auto one = free.with([](auto& all) -> HyperscanScratch {
            if (all.empty()) return nullptr;
            auto last = std::move(all.back());
            all.pop_back();
            return last;
        });
        if (one) return one;
        hs_scratch_t* made = nullptr;
        if (hs_clone_scratch(prototype.get(), &made) != HS_SUCCESS) return nullptr;
        return HyperscanScratch{made};
    }

    void give_back(HyperscanScratch one) const
    {
        free.with([&](auto& all) {
            if (all.size() < kept_scratches) all.push_back(std::move(one));
        });
    }

    void get_ready_for_short_texts(const std::vector<Pattern>& patterns)
    {
        std::vector<StepScan::Sought> sought;
        for (std::size_t at = 0; at < patterns.size(); ++at) {
            if (form.plans[at].way == Way::LeftOut) continue;
            if (auto sequences = steps_to_try(patterns[at])) add(sought, at, std::move(*sequences));
            else without_steps.push_back(at);
        }
        short_scan = StepScan{sought};
    }

    [[nodiscard]] bool is_quick_by_steps(std::span<const std::string_view> texts) const
    {
        return texts.size() == 1 && !short_scan.is_empty() &&
               texts.front().size() * short_scan.passes() <= quick_bytes;
    }

    void scan_by_steps(std::span<const std::string_view> texts,
                       const std::function<void(const Candidate&)>& take) const
    {
        for (const auto pattern : without_steps) take({pattern, 0, false, false});
        short_scan.scan(texts, [&](std::size_t pattern, std::size_t text) {
            take({pattern, text, false, true});
        });
    }

    bool get_ready(const std::vector<Pattern>& patterns, TextCount texts)
    {
        if (texts == TextCount::One) get_ready_for_short_texts(patterns);
        std::vector<StepScan::Sought> sought;
        for (std::size_t at = 0; at < form.plans.size(); ++at) {
            if (form.plans[at].way != Way::Steps) continue;
            auto sequences = steps_of(patterns[at]);
            if (!sequences) return false;  // kept by another version
            add(sought, at, std::move(*sequences));
        }
        step_scan = StepScan{sought};
        for (std::size_t at = 0; at < form.plans.size(); ++at)
            if (form.plans[at].way == Way::Nowhere) nowhere.push_back(at);
        hs_scratch_t* made = nullptr;
        bool is_ready = true;
        for (const auto& database : form.databases)
            is_ready = is_ready && hs_alloc_scratch(database.get(), &made) == HS_SUCCESS;
        prototype.reset(made);
        return is_ready;
    }
};

FastForm::FastForm(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
FastForm::~FastForm() = default;

bool FastForm::is_possible() { return hs_valid_platform() == HS_SUCCESS; }

std::shared_ptr<const FastForm> FastForm::find(const std::vector<Pattern>& patterns,
                                               TextCount texts, const std::string& cache)
{
    auto form = kept_form(fmt::format("{}/{}", cache, form_file_name(patterns)), patterns);
    if (!form) return nullptr;
    auto parts = std::make_unique<Parts>(std::move(*form));
    if (!parts->get_ready(patterns, texts)) return nullptr;
    return std::shared_ptr<const FastForm>{new FastForm{std::move(parts)}};
}

std::shared_ptr<const FastForm> FastForm::make(const std::vector<Pattern>& patterns,
                                               TextCount texts, const std::string& cache)
{
    auto parts = std::make_unique<Parts>(compiled_form(patterns));
    auto& form = parts->form;
    if (!parts->get_ready(patterns, texts)) return nullptr;
    if (!cache.empty()) keep_form(fmt::format("{}/{}", cache, form_file_name(patterns)), form);
    for (auto& plan : form.plans) plan.text.clear();
    return std::shared_ptr<const FastForm>{new FastForm{std::move(parts)}};
}

namespace {

/// The texts, one behind the other.
struct Joined {
    std::string bytes;
    std::vector<std::size_t> ends;   ///< of each text, its separator included
    bool has_inner_newline = false;  ///< in a text, not at its end
};

Joined join(std::span<const std::string_view> texts)
{
    Joined joined;
    std::size_t size = 0;
    for (const auto text : texts) size += text.size() + separator.size();
    joined.bytes.reserve(size);
    joined.ends.reserve(texts.size());
    for (const auto text : texts) {
        joined.bytes += text;
        joined.bytes += separator;
        joined.ends.push_back(joined.bytes.size());
        const auto newline = text.find('\n');
        joined.has_inner_newline =
            joined.has_inner_newline || (newline < text.size() && newline + 1 < text.size());
    }
    return joined;
}

std::size_t text_at(const Joined& joined, unsigned long long end)
{
    // That of the match's last character; a match is never empty.
    const auto at = std::upper_bound(joined.ends.begin(), joined.ends.end(), end - 1);
    return std::min(static_cast<std::size_t>(at - joined.ends.begin()), joined.ends.size() - 1);
}

struct Found {
    unsigned pattern;
    std::size_t text;
    std::size_t end;  ///< of the match, in the joined texts
};

/// What the callback of a scan writes to.
struct Matches {
    const std::vector<PatternPlan>& plans;
    const Joined& joined;
    std::vector<Found> found;
    /// Of what must be found several times, by pattern and text.
    std::map<unsigned, std::vector<FoundTimes>> times;
};

/// Whether Perl, to whom a line is no text, would find it, too.
bool is_for_perl(Lines lines, const Joined& joined, const Found& one)
{
    if (lines == Lines::Any || !joined.has_inner_newline) return true;
    if (lines == Lines::None) return false;
    const auto begin = one.text == 0 ? 0 : joined.ends[one.text - 1];
    return std::string_view{joined.bytes}.substr(begin, one.end - begin).find('\n') ==
           std::string_view::npos;
}

int note_match(unsigned id, unsigned long long, unsigned long long end, unsigned, void* context)
{
    auto& matches = *static_cast<Matches*>(context);
    const auto text = text_at(matches.joined, end);
    const auto& plan = matches.plans[id];
    if (plan.times > 1) {
        auto& times = matches.times[id];
        times.resize(matches.joined.ends.size());
        if (!times[text].add(static_cast<std::size_t>(end), plan.times, plan.apart)) return 0;
    }
    matches.found.push_back({id, text, static_cast<std::size_t>(end)});
    return 0;
}

}  // namespace

void FastForm::scan(std::span<const std::string_view> texts,
                    const std::function<void(const Candidate&)>& take) const
{
    if (parts_->is_quick_by_steps(texts)) return parts_->scan_by_steps(texts, take);
    const auto joined = join(texts);
    Matches matches{parts_->form.plans, joined, {}, {}};
    bool is_scanned = joined.bytes.empty() || parts_->form.databases.empty();
    if (!is_scanned) {
        auto scratch = parts_->take();
        is_scanned = scratch != nullptr;
        for (const auto& database : parts_->form.databases)
            is_scanned = is_scanned && hs_scan(database.get(), joined.bytes.data(),
                                               static_cast<unsigned>(joined.bytes.size()), 0,
                                               scratch.get(), note_match, &matches) == HS_SUCCESS;
        if (scratch) parts_->give_back(std::move(scratch));
    }
    if (!is_scanned) {  // no memory for it: everything may match
        for (std::size_t at = 0; at < parts_->form.plans.size(); ++at)
            if (parts_->form.plans[at].way != Way::LeftOut) take({at, 0, false, false});
        return;
    }
    for (const auto& one : matches.found) {
        const auto& plan = parts_->form.plans[one.pattern];
        const bool is_certain = plan.way == Way::Exact && is_for_perl(plan.lines, joined, one);
        take({one.pattern, one.text, is_certain, plan.times > 1});
    }
    for (const auto pattern : parts_->nowhere) take({pattern, 0, false, false});
    if (parts_->step_scan.is_empty()) return;
    parts_->step_scan.scan(texts, [&](std::size_t pattern, std::size_t text) {
        take({pattern, text, false, true});
    });
}

}  // namespace lazaret::filter::rules

#else

namespace lazaret::filter::rules {

struct FastForm::Parts {};
FastForm::FastForm(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
FastForm::~FastForm() = default;
bool FastForm::is_possible() { return false; }
std::shared_ptr<const FastForm> FastForm::find(const std::vector<Pattern>&, TextCount,
                                               const std::string&)
{
    return nullptr;
}
std::shared_ptr<const FastForm> FastForm::make(const std::vector<Pattern>&, TextCount,
                                               const std::string&)
{
    return nullptr;
}
void FastForm::scan(std::span<const std::string_view>,
                    const std::function<void(const Candidate&)>&) const
{
}

}  // namespace lazaret::filter::rules

#endif
