#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/records/held_mail.hpp"
#include "quarantine-store/notebook.hpp"

/// The recorded parts of a held message as JSON columns. Every text that goes in is made valid
/// UTF-8 without NUL; reading takes what an older version wrote, and shows what it understands.
namespace lazaret::store {

std::string hits_json(const std::vector<Hit>& hits);
std::vector<Hit> hits_of(std::string_view json);

std::string explanation_json(const Explanation& explanation);
Explanation explanation_of(std::string_view json);

/// All of a preview but the bytes of its images, whose sizes are in it.
std::string preview_json(const Preview& preview);
/// The bytes of its images, one behind the other.
std::string preview_images(const Preview& preview);
Preview preview_of(std::string_view json, std::string_view images);

/// The small columns of held_mail, as lazaret.hold takes them.
std::string mail_json(const HeldMail& mail);
/// The copies, as lazaret.hold takes them: it tells the recipient where the explanation says so.
std::string copies_json(std::span<const HeldCopy> copies);
/// The notes, as lazaret.note takes them.
std::string notes_json(std::span<const Passage> notes);

/// The key by which the copy of a retry is found: the address in small letters.
std::string recipient_key(std::string_view recipient);

}  // namespace lazaret::store
