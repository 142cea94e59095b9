#include <fmt/format.h>
#include <sysexits.h>

#include <cstdio>

#include "quarantine-store/sessions.hpp"
#include "tools/lazaretctl/arguments.hpp"
#include "tools/lazaretctl/commands.hpp"
#include "tools/lazaretctl/terminal_text.hpp"

namespace lazaret::tools {
namespace {

int lock_out(const std::string& text, const Context& context, bool and_password)
{
    const auto address = address_argument(text);
    const auto done = store::lock_out(*context.database, address, and_password, acting_person());
    if (!done) {
        fmt::print(stderr, "lazaretctl: error: {} has no account here\n",
                   harmless_line(address.text()));
        return EX_UNAVAILABLE;
    }
    if (and_password)
        fmt::print(
            "No password of {} is kept here any more, and no second step; {}.\n",
            harmless_line(done->mailbox),
            context.settings.sign_in.server_of(address.domain)
                ? "the server of its domain ([[sign_in.connector]]) has one of its own, which "
                  "is to be changed there"
                : "a new one is chosen by the link on the page for signing in");
    fmt::print("Sessions ended: {}\n", done->sessions);
    return EX_OK;
}

template <bool and_password>
Run define(CommandOptions& options)
{
    const auto address = std::make_shared<std::string>();
    options.add_option("ADDRESS", *address, "any address of the account").required();
    return [address](const Context& context) { return lock_out(*address, context, and_password); };
}

}  // namespace

Run define_password_reset(CommandOptions& options) { return define<true>(options); }

Run define_sessions_end(CommandOptions& options) { return define<false>(options); }

}  // namespace lazaret::tools
