#include "tools/lazaretctl/terminal_text.hpp"

#include "base/text.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

namespace {

/// Whether a terminal would obey, or a reader be led astray.
bool has_control(std::string_view text, bool lines)
{
    for (std::size_t at = 0; at < text.size(); ++at) {
        const auto byte = static_cast<unsigned char>(text[at]);
        if (byte == '\n' && lines) continue;
        if (byte < 0x20 || byte == 0x7F) return true;
        if (byte == 0xC2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xA0)
            return true;  // C1
    }
    return text.find("\xE2\x80\xAE") != std::string_view::npos;  // right-to-left override
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto text = fuzz::text_of(data, size);
    const auto line = tools::harmless_line(text);
    fuzz::promise(!has_control(line, false), "a harmless line has no control characters");
    fuzz::promise(valid_utf8(line) == line, "a harmless line is UTF-8");
    fuzz::promise(tools::harmless_line(line) == line, "harmless text is left alone");
    fuzz::promise(!has_control(tools::harmless_text(text), true),
                  "harmless text has no control characters but line ends");
    for (const std::size_t columns : {0U, 1U, 7U, 80U})
        fuzz::promise(tools::display_width(tools::cut_to_width(line, columns)) <= columns,
                      "a cut line fits");
    return 0;
}
