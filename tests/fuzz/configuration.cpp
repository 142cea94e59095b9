#include "base/config/configuration.hpp"

#include "base/error.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    try {
        const auto configuration = Configuration::parse(fuzz::text_of(data, size), "lazaret.toml");
        fuzz::promise(configuration.milter.sessions >= 1, "limits hold");
    } catch (const Error& error) {
        fuzz::promise(error.kind() == Error::Kind::Setup, "a bad file is a matter of set-up");
    }
    return 0;
}
