#include "portal/qr/qr_code.hpp"

#include <fmt/format.h>
#include <qrencode.h>

#include <cstddef>

#include "base/error.hpp"
#include "base/handle.hpp"

namespace lazaret::portal {

QrCode qr_code(const std::string& text)
{
    constexpr int border = 4;  // modules: ISO/IEC 18004 wants so many
    const CHandle<QRcode, QRcode_free> code{QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M)};
    if (!code) throw Error{Error::Kind::Bug, "libqrencode draws no picture"};
    const int width = code->width;
    const auto is_dark = [&](int row, int column) {
        return column < width &&
               (code->data[static_cast<std::size_t>(row * width + column)] & 1) != 0;
    };
    QrCode drawn{width + 2 * border, {}};
    for (int row = 0; row < width; ++row)
        for (int column = 0; column < width; ++column) {
            if (!is_dark(row, column)) continue;
            // One stroke for what is dark side by side.
            const int from = column;
            while (is_dark(row, column)) ++column;
            drawn.path += fmt::format("M{} {}h{}v1h-{}z", from + border, row + border,
                                      column - from, column - from);
        }
    return drawn;
}

}  // namespace lazaret::portal
