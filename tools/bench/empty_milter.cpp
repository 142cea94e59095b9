// A milter that registers every callback and does nothing: what the milter protocol alone costs,
// and so what Lazaret is compared with.

#include <libmilter/mfapi.h>

#include <array>
#include <cstdio>
#include <string>

namespace {

// On a unix socket the mail server need not wait for an answer that is always "go on".
constexpr unsigned long no_reply = SMFIP_NR_CONN | SMFIP_NR_HELO | SMFIP_NR_MAIL | SMFIP_NR_RCPT |
                                   SMFIP_NR_DATA | SMFIP_NR_HDR | SMFIP_NR_EOH | SMFIP_NR_BODY;

bool wants_no_reply = false;  // set once, before any thread

sfsistat go_on() { return wants_no_reply ? SMFIS_NOREPLY : SMFIS_CONTINUE; }

// The same as Lazaret asks for: every step, headers with their leading space, and all changes.
sfsistat on_negotiate(SMFICTX*, unsigned long actions, unsigned long steps, unsigned long,
                      unsigned long, unsigned long* own_actions, unsigned long* own_steps,
                      unsigned long* own_2, unsigned long* own_3)
{
    const unsigned long wanted = SMFIP_HDR_LEADSPC | (wants_no_reply ? no_reply : 0);
    if ((steps & wanted) != wanted) return SMFIS_REJECT;  // an older mail server; measures nothing
    *own_actions = actions;
    *own_steps = wanted;
    *own_2 = 0;
    *own_3 = 0;
    return SMFIS_CONTINUE;
}

sfsistat on_connect(SMFICTX*, char*, _SOCK_ADDR*) { return go_on(); }
sfsistat on_text(SMFICTX*, char*) { return go_on(); }
sfsistat on_address(SMFICTX*, char**) { return go_on(); }
sfsistat on_data(SMFICTX*) { return go_on(); }
sfsistat on_header(SMFICTX*, char*, char*) { return go_on(); }
sfsistat on_end_of_header(SMFICTX*) { return go_on(); }
sfsistat on_body(SMFICTX*, unsigned char*, std::size_t) { return go_on(); }
sfsistat on_end_of_message(SMFICTX*) { return SMFIS_ACCEPT; }
sfsistat on_other(SMFICTX*) { return SMFIS_CONTINUE; }
sfsistat on_unknown(SMFICTX*, const char*) { return SMFIS_CONTINUE; }

}  // namespace

int main(int argc, char** argv)
{
    if (argc < 2 || argc > 3) {
        std::fprintf(stderr, "usage: empty_milter SOCKET [replies|no-reply]\n");
        return 64;
    }
    std::string socket = argv[1];
    wants_no_reply = argc == 3 ? std::string{argv[2]} == "no-reply" : socket.starts_with("unix:");

    std::array<char, 13> name{"empty_milter"};
    smfiDesc callbacks{};
    callbacks.xxfi_name = name.data();
    callbacks.xxfi_version = SMFI_VERSION;
    callbacks.xxfi_flags = SMFIF_ADDHDRS | SMFIF_CHGHDRS | SMFIF_DELRCPT | SMFIF_QUARANTINE;
    callbacks.xxfi_negotiate = on_negotiate;
    callbacks.xxfi_connect = on_connect;
    callbacks.xxfi_helo = on_text;
    callbacks.xxfi_envfrom = on_address;
    callbacks.xxfi_envrcpt = on_address;
    callbacks.xxfi_data = on_data;
    callbacks.xxfi_header = on_header;
    callbacks.xxfi_eoh = on_end_of_header;
    callbacks.xxfi_body = on_body;
    callbacks.xxfi_eom = on_end_of_message;
    callbacks.xxfi_abort = on_other;
    callbacks.xxfi_close = on_other;
    callbacks.xxfi_unknown = on_unknown;
    if (smfi_register(callbacks) != MI_SUCCESS || smfi_setconn(socket.data()) != MI_SUCCESS ||
        smfi_opensocket(true) != MI_SUCCESS) {
        std::fprintf(stderr, "empty_milter: %s: cannot listen\n", socket.c_str());
        return 69;
    }
    return smfi_main() == MI_SUCCESS ? 0 : 70;
}
