#pragma once

#include <string>
#include <utility>
#include <vector>

namespace lazaret::portal {

/// What a browser gets.
struct Response {
    int status = 200;
    std::string type = "text/html; charset=utf-8";
    std::string body{};
    std::vector<std::pair<std::string, std::string>> headers{};

    /// The value of a header; empty when it is not there.
    [[nodiscard]] std::string header(const std::string& name) const;
};

/// Which of our documents a response is: they may do different things.
enum class Document {
    Page,   ///< one of ours, with our style sheet and frames of ours
    Fixed,  ///< style sheet or logo, the same for everybody: browsers keep it for an hour
    Frame,  ///< what a stranger wrote: nothing runs, nothing is fetched, opaque origin
};

/// Puts the headers in front that every response has: what it may load and who may frame it.
void protect(Response& response, Document document);

/// The answer to a deed that was done: the browser asks for the page by GET, so that loading it
/// again does nothing.
Response see_other(const std::string& location);

}  // namespace lazaret::portal
