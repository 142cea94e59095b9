#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "milter/filter/rules/evals/image_facts.hpp"
#include "milter/filter/rules/rendering/rendering.hpp"

namespace lazaret::filter::rules {

/// What the PDF attachments say of themselves in plain lines, as SpamAssassin's PDFInfo reads them.
///
/// Rules were made for what such reading finds, line by line and without unpacking; a real reader
/// of PDF would find other things, and its time and memory could be anything.
struct PdfFacts {
    std::size_t count = 0;  ///< parts that say they are PDF
    std::size_t images = 0;
    double area = 0;  ///< square pixels of all images
    bool encrypted = false;
    std::set<std::string> names;
    std::set<ImageSize> sizes;
    /// author, creator, created, modified, producer, title
    std::map<std::string, std::set<std::string>, std::less<>> details;
    /// Addresses that it links to. SpamAssassin adds them to the message's own.
    std::vector<std::string> uris;
    std::set<std::string> digests;        ///< MD5 of the files, capitals
    std::set<std::string> fuzzy_digests;  ///< of their first lines, and of their keys

    /// At most 8 MB of each file are read.
    static PdfFacts of(const Rendering& rendering);

    /// Takes the file into account.
    void take(std::string_view file, const std::string& name);
};

/// A PDF text: `(..)` with its escapes undone, or `<..>` in hexadecimal; at most 256 bytes.
std::string pdf_text(std::string_view written);

}  // namespace lazaret::filter::rules
