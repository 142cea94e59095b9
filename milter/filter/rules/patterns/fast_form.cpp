#include "milter/filter/rules/patterns/fast_form.hpp"

#if LAZARET_HYPERSCAN

#include <fcntl.h>
#include <fmt/format.h>
#include <hs/hs.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <map>
#include <optional>
#include <system_error>

#include "base/handle.hpp"
#include "base/log.hpp"
#include "base/shared_state.hpp"
#include "milter/filter/rules/patterns/pattern_plan.hpp"
#include "milter/filter/rules/patterns/pattern_syntax.hpp"
#include "milter/filter/rules/patterns/step_scan.hpp"

namespace lazaret::filter::rules {
namespace {

namespace fs = std::filesystem;

using Database = CHandle<hs_database_t, hs_free_database>;
using Scratch = CHandle<hs_scratch_t, hs_free_scratch>;
using CompileError = CHandle<hs_compile_error_t, hs_free_compile_error>;

constexpr std::string_view separator = "\n";
constexpr std::size_t kept_scratches = 64;
// Increase when the way of compiling changes: older files in a cache are then made anew.
constexpr int form_version = 9;
constexpr std::size_t size_digits = 12;
constexpr std::size_t most_long_ones = 8;

bool is_looked_for(const PatternPlan& plan)
{
    return plan.way == Way::Exact || plan.way == Way::Guess;
}

std::vector<PatternPlan> plans_for(const std::vector<Pattern>& patterns)
{
    std::vector<PatternPlan> plans;
    plans.reserve(patterns.size());
    for (const auto& pattern : patterns) plans.push_back(plan_for(pattern));
    return plans;
}

/// The plans that are compiled together: the short ones all, the long ones a few at a time. Of
/// those Hyperscan tries to make one machine, which takes minutes for all, and gains nothing.
std::vector<std::vector<std::size_t>> portions_of(const std::vector<PatternPlan>& plans)
{
    std::vector<std::vector<std::size_t>> portions(1);
    for (std::size_t at = 0; at < plans.size(); ++at)
        if (is_looked_for(plans[at]) && plans[at].text.size() <= longest_short)
            portions.front().push_back(at);
    for (std::size_t at = 0; at < plans.size(); ++at) {
        if (!is_looked_for(plans[at]) || plans[at].text.size() <= longest_short) continue;
        if (portions.size() == 1 || portions.back().size() >= most_long_ones)
            portions.emplace_back();
        portions.back().push_back(at);
    }
    return portions;
}

/// Compiles a portion. A pattern that Hyperscan refuses after all changes its plan; null: all are
/// now nowhere.
Database compile(std::vector<PatternPlan>& plans, const std::vector<std::size_t>& portion)
{
    for (;;) {
        std::vector<const char*> texts;
        std::vector<unsigned> flags;
        std::vector<unsigned> ids;
        for (const auto at : portion) {
            if (!is_looked_for(plans[at])) continue;
            texts.push_back(plans[at].text.c_str());
            flags.push_back(plans[at].flags);
            ids.push_back(static_cast<unsigned>(at));
        }
        if (texts.empty()) return nullptr;
        hs_database_t* made = nullptr;
        hs_compile_error_t* error = nullptr;
        if (hs_compile_multi(texts.data(), flags.data(), ids.data(),
                             static_cast<unsigned>(texts.size()), HS_MODE_BLOCK, nullptr, &made,
                             &error) == HS_SUCCESS)
            return Database{made};
        const CompileError why{error};
        if (!error || error->expression < 0) {
            log::warning("patterns not compiled",
                         {{"error", error ? error->message : "no memory"}});
            for (const auto id : ids) plans[id].way = Way::Nowhere;
            return nullptr;
        }
        auto& plan = plans[ids[static_cast<std::size_t>(error->expression)]];
        if ((plan.flags & HS_FLAG_PREFILTER) == 0) {
            plan.flags |= HS_FLAG_PREFILTER;
            plan.way = Way::Guess;
        } else {
            plan.way = Way::Nowhere;
        }
    }
}

/// What a compiled form depends on, as the name of its file.
std::string file_name(const std::vector<Pattern>& patterns)
{
    hs_platform_info_t platform{};
    hs_populate_platform(&platform);
    crypto_hash_sha256_state state;
    crypto_hash_sha256_init(&state);
    const auto add = [&](std::string_view text) {
        const auto length = fmt::format("{}:", text.size());
        for (const std::string_view part : {std::string_view{length}, text})
            crypto_hash_sha256_update(&state, reinterpret_cast<const unsigned char*>(part.data()),
                                      part.size());
    };
    add(fmt::format("{} {} {} {}", form_version, hs_version(), platform.tune,
                    platform.cpu_features));
    for (const auto& pattern : patterns) {
        add(pattern.text);
        add(pattern.flags);
    }
    std::array<unsigned char, crypto_hash_sha256_BYTES> hash{};
    crypto_hash_sha256_final(&state, hash.data());
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
    return fmt::format("patterns-{}.hs", hex.data());
}

// A kept file: a hash of all that follows, what each pattern became (a letter and a digit a
// pattern), the database. Hyperscan's own checksum leaves some bytes out.
std::string letters_of(const std::vector<PatternPlan>& plans)
{
    std::string letters;
    for (const auto& plan : plans) {
        letters += static_cast<char>('a' + static_cast<int>(plan.way));
        letters += static_cast<char>('0' + plan.times);
    }
    return letters;
}

std::string hash_of(std::string_view bytes)
{
    std::string hash(crypto_generichash_BYTES, '\0');
    crypto_generichash(reinterpret_cast<unsigned char*>(hash.data()), hash.size(),
                       reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), nullptr,
                       0);
    return hash;
}

/// Under a name of its own first: two programs, or two threads, may compile the same.
void write_file(const std::string& path, std::string_view bytes)
{
    std::error_code error;
    fs::create_directories(fs::path{path}.parent_path(), error);
    auto temporary = path + ".XXXXXX";
    const FileDescriptor file{::mkostemp(temporary.data(), O_CLOEXEC)};
    std::size_t done = 0;
    while (file && done < bytes.size()) {
        const auto written = ::write(file.get(), bytes.data() + done, bytes.size() - done);
        if (written <= 0) break;
        done += static_cast<std::size_t>(written);
    }
    if (file && done == bytes.size() && ::fchmod(file.get(), 0644) == 0 &&
        ::rename(temporary.c_str(), path.c_str()) == 0)
        return;
    log::warning("compiled patterns not kept",
                 {{"file", path}, {"error", std::generic_category().message(errno)}});
    if (file) fs::remove(temporary, error);
}

void keep(const std::string& path, const std::vector<Database>& databases,
          const std::vector<PatternPlan>& plans)
{
    auto kept = letters_of(plans);
    for (const auto& database : databases) {
        char* bytes = nullptr;
        std::size_t size = 0;
        if (hs_serialize_database(database.get(), &bytes, &size) != HS_SUCCESS) return;
        const std::unique_ptr<char, decltype(&::free)> owner{bytes, ::free};
        kept += fmt::format("{:0{}}", size, size_digits);
        kept.append(bytes, size);
    }
    write_file(path, hash_of(kept) + kept);
}

/// What keep() wrote behind the plans. @return nothing, where it is not all there or not for this
/// processor.
std::optional<std::vector<Database>> databases_in(std::string_view kept)
{
    std::vector<Database> databases;
    while (!kept.empty()) {
        std::size_t size = 0;
        const auto digits = kept.substr(0, size_digits);
        std::from_chars(digits.data(), digits.data() + digits.size(), size);
        kept.remove_prefix(digits.size());
        hs_database_t* database = nullptr;
        if (size > kept.size() ||
            hs_deserialize_database(kept.data(), size, &database) != HS_SUCCESS)
            return std::nullopt;
        databases.emplace_back(database);
        kept.remove_prefix(size);
    }
    return databases;
}

/// Nobody but us, or root, may have written what is run.
std::optional<std::string> own_file(const std::string& path)
{
    const FileDescriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    if (!file) return std::nullopt;
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (facts.st_mode & (S_IWGRP | S_IWOTH)) != 0 ||
        (facts.st_uid != ::geteuid() && facts.st_uid != 0))
        return std::nullopt;
    std::string bytes(static_cast<std::size_t>(facts.st_size), '\0');
    std::size_t done = 0;
    while (done < bytes.size()) {
        const auto got = ::read(file.get(), bytes.data() + done, bytes.size() - done);
        if (got <= 0) return std::nullopt;
        done += static_cast<std::size_t>(got);
    }
    return bytes;
}

}  // namespace

struct FastForm::Parts {
    std::vector<PatternPlan> plans;
    std::vector<std::size_t> nowhere;  ///< patterns that are always candidates
    StepScan step_scan;
    std::vector<Database> databases;
    Scratch prototype;
    mutable Locked<std::vector<Scratch>> free;

    [[nodiscard]] Scratch take() const
    {
        auto one = free.with([](auto& all) -> Scratch {
            if (all.empty()) return nullptr;
            auto last = std::move(all.back());
            all.pop_back();
            return last;
        });
        if (one) return one;
        hs_scratch_t* made = nullptr;
        if (hs_clone_scratch(prototype.get(), &made) != HS_SUCCESS) return nullptr;
        return Scratch{made};
    }

    void give_back(Scratch one) const
    {
        free.with([&](auto& all) {
            if (all.size() < kept_scratches) all.push_back(std::move(one));
        });
    }

    bool get_ready(const std::vector<Pattern>& patterns)
    {
        for (std::size_t at = 0; at < plans.size(); ++at) {
            if (plans[at].way != Way::Steps) continue;
            const auto sequences = steps_of(patterns[at]);
            if (!sequences) return false;  // kept by another version
            for (const auto& sequence : *sequences) step_scan.add(at, sequence);
        }
        for (std::size_t at = 0; at < plans.size(); ++at)
            if (plans[at].way == Way::Nowhere) nowhere.push_back(at);
        hs_scratch_t* made = nullptr;
        bool is_ready = true;
        for (const auto& database : databases)
            is_ready = is_ready && hs_alloc_scratch(database.get(), &made) == HS_SUCCESS;
        prototype.reset(made);
        return is_ready;
    }
};

FastForm::FastForm(std::unique_ptr<Parts> parts) : parts_{std::move(parts)} {}
FastForm::~FastForm() = default;

bool FastForm::is_possible() { return hs_valid_platform() == HS_SUCCESS; }

std::shared_ptr<const FastForm> FastForm::find(const std::vector<Pattern>& patterns,
                                               const std::string& cache)
{
    const auto bytes = own_file(fmt::format("{}/{}", cache, file_name(patterns)));
    if (!bytes || bytes->size() < crypto_generichash_BYTES + 2 * patterns.size()) return nullptr;
    const auto kept = std::string_view{*bytes}.substr(crypto_generichash_BYTES);
    if (!std::string_view{*bytes}.starts_with(hash_of(kept))) return nullptr;
    auto parts = std::make_unique<Parts>();
    for (std::size_t at = 0; at < patterns.size(); ++at) {
        const auto way = static_cast<Way>(kept[2 * at] - 'a');
        if (way < Way::Exact || way > Way::Steps) return nullptr;
        const auto times = static_cast<std::size_t>(kept[2 * at + 1] - '0');
        parts->plans.push_back({way, lines_of(patterns[at]), {}, 0, times});
    }
    auto databases = databases_in(kept.substr(2 * patterns.size()));
    if (!databases) return nullptr;
    parts->databases = std::move(*databases);
    if (!parts->get_ready(patterns)) return nullptr;
    return std::shared_ptr<const FastForm>{new FastForm{std::move(parts)}};
}

std::shared_ptr<const FastForm> FastForm::make(const std::vector<Pattern>& patterns,
                                               const std::string& cache)
{
    auto parts = std::make_unique<Parts>();
    parts->plans = plans_for(patterns);
    for (const auto& portion : portions_of(parts->plans))
        if (auto database = compile(parts->plans, portion))
            parts->databases.push_back(std::move(database));
    if (!parts->get_ready(patterns)) return nullptr;
    if (!cache.empty())
        keep(fmt::format("{}/{}", cache, file_name(patterns)), parts->databases, parts->plans);
    for (auto& plan : parts->plans) plan.text.clear();
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
    /// How often what must be found several times was found, by pattern and text.
    std::map<unsigned, std::vector<std::uint8_t>> times;
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
    const auto needed = matches.plans[id].times;
    if (needed > 1) {
        auto& times = matches.times[id];
        times.resize(matches.joined.ends.size());
        if (times[text] >= needed || ++times[text] < needed) return 0;
    }
    matches.found.push_back({id, text, static_cast<std::size_t>(end)});
    return 0;
}

}  // namespace

void FastForm::scan(std::span<const std::string_view> texts,
                    const std::function<void(const Candidate&)>& take) const
{
    const auto joined = join(texts);
    Matches matches{parts_->plans, joined, {}, {}};
    bool is_scanned = joined.bytes.empty();
    if (!is_scanned) {
        auto scratch = parts_->take();
        is_scanned = scratch != nullptr;
        for (const auto& database : parts_->databases)
            is_scanned = is_scanned && hs_scan(database.get(), joined.bytes.data(),
                                               static_cast<unsigned>(joined.bytes.size()), 0,
                                               scratch.get(), note_match, &matches) == HS_SUCCESS;
        if (scratch) parts_->give_back(std::move(scratch));
    }
    if (!is_scanned) {  // no memory for it: everything may match
        for (std::size_t at = 0; at < parts_->plans.size(); ++at)
            if (parts_->plans[at].way != Way::LeftOut) take({at, 0, false, false});
        return;
    }
    for (const auto& one : matches.found) {
        const auto& plan = parts_->plans[one.pattern];
        const bool is_certain = plan.way == Way::Exact && is_for_perl(plan.lines, joined, one);
        take({one.pattern, one.text, is_certain, plan.times > 1});
    }
    for (const auto pattern : parts_->nowhere) take({pattern, 0, false, false});
    if (parts_->step_scan.is_empty()) return;
    for (std::size_t text = 0; text < texts.size(); ++text)
        parts_->step_scan.scan(texts[text], [&](std::size_t pattern) {
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
std::shared_ptr<const FastForm> FastForm::find(const std::vector<Pattern>&, const std::string&)
{
    return nullptr;
}
std::shared_ptr<const FastForm> FastForm::make(const std::vector<Pattern>&, const std::string&)
{
    return nullptr;
}
void FastForm::scan(std::span<const std::string_view>,
                    const std::function<void(const Candidate&)>&) const
{
}

}  // namespace lazaret::filter::rules

#endif
