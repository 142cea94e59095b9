#pragma once

#include <string>

#include "base/records/held_mail.hpp"
#include "base/words/words.hpp"
#include "portal/response.hpp"
#include "portal/site.hpp"

namespace lazaret::portal {

/// How a message may be shown.
enum class Shown { Nothing, Text, Html };
/// The reader's rights, and what was recorded: HTML of an older sanitiser is shown as text.
Shown shown_as(Role role, Class verdict, const Preview& preview);

/// The document of the frame: the recorded HTML, whose images stand in it as data.
Response preview_frame(const Site& site, const Words& words, const Preview& preview);

/// `html` (of our sanitiser) with its `cid:` images replaced by their bytes. One that would make
/// the document larger than some megabytes, by being named again and again, goes.
std::string with_images(std::string_view html, const std::vector<Preview::Image>& images);

}  // namespace lazaret::portal
