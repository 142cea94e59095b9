#include "base/html/template_text.hpp"

#include <algorithm>

#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
    for (const char* name : {"page.html", "page.txt"}) {
        const auto read = read_template(name, text);
        for (const auto& mistake : read.mistakes)
            fuzz::promise(mistake.line <= lines && !mistake.what.empty(),
                          "a mistake has its line and says what it is");
        for (const auto& piece : read.pieces)
            if (piece.kind == TemplatePiece::Kind::Marker && read.mistakes.empty())
                fuzz::promise(
                    piece.modifier.empty() || piece.modifier == "h" || piece.modifier == "p",
                    "no modifier switches escaping off");
        unknown_names(read, {{"TITLE"}, {"ROW"}, {}});
        if (read.mistakes.empty())
            joined(read, [&](const std::string&) -> const TemplateText& {
                static const TemplateText nothing{};
                return nothing;
            });
    }
    return 0;
}
