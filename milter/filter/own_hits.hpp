#pragma once

#include <string>
#include <string_view>

#include "base/records/verdict.hpp"

namespace lazaret::filter {

/// The hits that the judgement itself gives; checks with many names of their own (rules, the
/// learned check) keep theirs.
enum class OwnHit {
    Unreadable,
    TooLargeToScan,
    TooComplex,
    CheckFailed,
    Newsletter,
    Virus,
    DangerousContent,
    NotScanned,
    ReportImitation,
    ReportName,
    ListedClient,
};
inline constexpr std::size_t own_hit_count = 11;

/// Everything known about one of our own hits, once.
struct OwnHitInfo {
    OwnHit id;
    std::string_view name;      ///< as in headers, logs and the database
    double points;              ///< 0 where the class follows from the finding, not from the score
    std::string_view sentence;  ///< for people
};

const OwnHitInfo& info(OwnHit id);

/// The hit as it is recorded: points and sentence of the table. A `detail` stands behind the
/// sentence in brackets; any bytes are taken, control characters become spaces, and it is cut at
/// 200 bytes.
Hit own_hit(OwnHit id, std::string_view detail = {});

}  // namespace lazaret::filter
