#pragma once

#include <string>
#include <vector>

#include "milter/header_edits.hpp"
#include "milter/refusals.hpp"

namespace lazaret::milter {

/// What the MTA is told at the end of a message: the edits in this order, then the reply.
struct Answer {
    enum class Reply { Accept, Refuse, Later };
    Reply reply = Reply::Accept;
    const PublicReply* words = nullptr;  ///< for Refuse and Later
    std::string about;                   ///< behind the words: the list that refused; may be empty
    std::string reference;               ///< behind all; may be empty
    std::vector<std::string> drop;       ///< recipients to take off, by all their names
    std::vector<HeaderChange> changes;
    std::vector<HeaderAddition> additions;
    std::vector<HeaderAddition> insertions{};  ///< at the top of the header

    static Answer later(const PublicReply& words)
    {
        return {Reply::Later, &words, {}, {}, {}, {}, {}};
    }
    static Answer refuse(const PublicReply& words, std::string reference, std::string about = {})
    {
        return {Reply::Refuse, &words, std::move(about), std::move(reference), {}, {}, {}};
    }
};

}  // namespace lazaret::milter
