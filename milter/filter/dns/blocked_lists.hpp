#pragma once

#include <set>
#include <string>
#include <string_view>

#include "milter/filter/dns/answers.hpp"

namespace lazaret::filter::dns {

/// Whether a record says that its block list does not answer us: it is asked through a public
/// resolver, too often, or by a name that it does not know. Such a record is no listing.
///
/// 127.255.255.0/24 of any list, 127.0.0.1 of URIBL and SURBL, 127.0.x.255 of DNSWL.
///
/// @param name  that was asked for, as in Question
bool is_refusal(std::string_view name, RecordType type, std::string_view record);

/// The lists among `zones` that gave such a record: whoever asks them should stop for a while, and
/// tell the operator.
std::set<std::string> blocked_lists(const Answers& answers, const std::set<std::string>& zones);

}  // namespace lazaret::filter::dns
