#pragma once

#include <string>

namespace lazaret::portal {

/// A picture for the camera of a telephone, as SVG draws it.
struct QrCode {
    int width = 0;     ///< of the square with its white border, in modules
    std::string path;  ///< what is dark: the `d` of a path
};

/// Of a text of at most some hundred bytes (libqrencode). Throws Error{Bug} for a longer one.
QrCode qr_code(const std::string& text);

}  // namespace lazaret::portal
