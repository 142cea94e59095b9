#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/envelope.hpp"
#include "milter/filter/learn/model.hpp"

namespace lazaret::tools {

/// One line of an index: a message whose label is known.
struct LabelledFile {
    filter::Label label = filter::Label::Ham;
    std::string path;     ///< as the index has it; relative to the folder of the index
    Envelope envelope{};  ///< as far as it is known; without recipients
};

/// An index, read.
struct LabelledMail {
    std::string folder;
    std::vector<LabelledFile> files;
    std::size_t left_out = 0;  ///< lines with labels that are neither spam, phish nor ham
};

/// Reads an index from its text. Throws Error{Usage} for a line without a tab.
LabelledMail parse_index(std::string_view text, const std::string& name);

/// Gives messages the envelopes that a table has for them.
///
/// @param text  a line with the names of columns, then a line a message, divided by tabs: `path` as
///              in the index, `client_ip`, `rdns` (the client's name; empty: it has none), `helo`,
///              `mail_from`; other columns are passed over. Throws Error{Usage} when there is no
///              column `path`.
void add_envelopes(LabelledMail& mail, std::string_view text, const std::string& name);

/// Reads an index, or the one in a folder, with envelopes from the table `envelopes`; where none is
/// named, from envelope.tsv beside the index, if there is one. Throws Error{Usage}.
LabelledMail read_labelled_mail(std::string index, std::string envelopes);

}  // namespace lazaret::tools
