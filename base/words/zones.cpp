#include "base/words/zones.hpp"

#include <unicode/strenum.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>

#include "base/words/words.hpp"

namespace lazaret {
namespace {

icu::UnicodeString unicode(std::string_view text)
{
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece{text.data(), static_cast<std::int32_t>(text.size())});
}

/// Names that ICU knows besides those of the IANA database. Their three letters mean something
/// else to many people: its `BST` is Bangladesh, its `IST` India, its `CST` Chicago.
bool is_icus_own(std::string_view name)
{
    using namespace std::string_view_literals;
    static constexpr std::array names{"ACT"sv, "AET"sv, "AGT"sv, "ART"sv, "AST"sv, "BET"sv, "BST"sv,
                                      "CAT"sv, "CNT"sv, "CST"sv, "CTT"sv, "EAT"sv, "ECT"sv, "IET"sv,
                                      "IST"sv, "JST"sv, "MIT"sv, "NET"sv, "NST"sv, "PLT"sv, "PNT"sv,
                                      "PRT"sv, "PST"sv, "SST"sv, "VST"sv};
    return name == "Etc/Unknown" || name.starts_with("SystemV/") ||
           std::ranges::binary_search(names, name);
}

/// The zones that were asked for; names that are not there leave no trace, so it cannot grow past
/// the database.
class Zones {
public:
    const icu::TimeZone* find(std::string_view name)
    {
        {
            const std::shared_lock reading{lock_};
            if (const auto known = zones_.find(name); known != zones_.end())
                return known->second.get();
        }
        auto zone = load(name);
        if (!zone) return nullptr;
        const std::unique_lock writing{lock_};
        return zones_.try_emplace(std::string{name}, std::move(zone)).first->second.get();
    }

private:
    static std::unique_ptr<icu::TimeZone> load(std::string_view name)
    {
        // ICU would stop at a NUL and take what stands before it.
        if (name.empty() || name.size() > 64 || name.find('\0') != std::string_view::npos ||
            is_icus_own(name))
            return nullptr;
        UErrorCode status = U_ZERO_ERROR;
        UBool is_of_the_database = false;
        icu::UnicodeString canonical;
        icu::TimeZone::getCanonicalID(unicode(name), canonical, is_of_the_database, status);
        if (U_FAILURE(status) || !is_of_the_database) return nullptr;
        return std::unique_ptr<icu::TimeZone>{icu::TimeZone::createTimeZone(unicode(name))};
    }

    std::shared_mutex lock_;
    std::map<std::string, std::unique_ptr<icu::TimeZone>, std::less<>> zones_;
};

Zones& zones()
{
    static Zones all;
    return all;
}

}  // namespace

bool is_time_zone(std::string_view name) { return zones().find(name) != nullptr; }

const std::vector<std::string>& all_time_zones()
{
    static const auto all = [] {
        using namespace std::string_view_literals;
        // Others are of one country (US/, Mexico/) or of none (Etc/): all have a name here, too.
        static constexpr std::array regions{
            "Africa/"sv,   "America/"sv,   "Antarctica/"sv, "Arctic/"sv, "Asia/"sv,
            "Atlantic/"sv, "Australia/"sv, "Europe/"sv,     "Indian/"sv, "Pacific/"sv};
        std::vector<std::string> names;
        UErrorCode status = U_ZERO_ERROR;
        const std::unique_ptr<icu::StringEnumeration> known{
            icu::TimeZone::createTimeZoneIDEnumeration(UCAL_ZONE_TYPE_ANY, nullptr, nullptr,
                                                       status)};
        if (U_FAILURE(status) || !known) return std::vector<std::string>{"UTC"};
        while (const char* name = known->next(nullptr, status)) {
            if (U_FAILURE(status)) break;
            const std::string_view text{name};
            if (std::ranges::any_of(regions, [&](auto region) { return text.starts_with(region); }))
                names.emplace_back(text);
        }
        std::ranges::sort(names);
        names.insert(names.begin(), "UTC");
        return names;
    }();
    return all;
}

const icu::TimeZone& time_zone(std::string_view name)
{
    if (const auto* zone = zones().find(name)) return *zone;
    // Not ICU's GMT, which English calls so.
    static const auto* utc = zones().find("UTC");
    return utc ? *utc : *icu::TimeZone::getGMT();
}

}  // namespace lazaret
