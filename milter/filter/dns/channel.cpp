#include "milter/filter/dns/channel.hpp"

// Debian 13's c-ares advises against calls whose successors Debian 12's does not have.
#define CARES_NO_DEPRECATED

#include <ares.h>
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <event2/event.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/handle.hpp"
#include "milter/filter/dns/guarded.hpp"
#include "milter/filter/dns/packet.hpp"

namespace lazaret::filter::dns {
namespace {

using AresChannel = CHandle<ares_channeldata, ares_destroy>;
using Event = CHandle<event, event_free>;

// Whether this says, without a packet, that each of several servers failed or refused. Debian 12's
// c-ares has one word for that and for servers that are not there.
bool is_failure(int status)
{
    constexpr std::array all{ARES_ESERVFAIL, ARES_EREFUSED, ARES_ENOTIMP, ARES_EFORMERR,
                             ARES_ECONNREFUSED};
    return std::ranges::find(all, status) != all.end();
}

// A question is sent again after 0.5, 1 and 2 seconds, and given up after 7.5: a message waits for
// less, unless `[dns] budget` says more. With several servers each time to all of them.
constexpr int first_timeout_ms = 500;
constexpr int tries = 4;
// Debian 12's c-ares waits for a connection once only.
constexpr int connection_timeout_ms = 2'000;
// What fits into any packet that is not fragmented (RFC 9715).
constexpr int largest_datagram = 1232;

struct Library {
    Library() { status = ares_library_init(ARES_LIB_INIT_ALL); }
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;
    ~Library() { ares_library_cleanup(); }
    int status = ARES_SUCCESS;
};

void check(int status)
{
    if (status != ARES_SUCCESS)
        throw Error{Error::Kind::Unavailable, "the resolver does not start: {}",
                    ares_strerror(status)};
}

std::vector<ares_addr_port_node> servers_of(ares_channel channel)
{
    ares_addr_port_node* first = nullptr;
    std::vector<ares_addr_port_node> all;
    if (ares_get_servers_ports(channel, &first) != ARES_SUCCESS) return all;
    const CHandle<ares_addr_port_node, ares_free_data> owned{first};
    for (const auto* one = first; one; one = one->next) all.push_back(*one);
    return all;
}

void begin_with(std::size_t first, ares_channel channel)
{
    auto all = servers_of(channel);
    if (all.size() < 2 || first % all.size() == 0) return;
    std::rotate(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(first % all.size()),
                all.end());
    for (std::size_t at = 0; at < all.size(); ++at)
        all[at].next = at + 1 < all.size() ? &all[at + 1] : nullptr;
    check(ares_set_servers_ports(channel, all.data()));
}

AresChannel started(const ares_options& options, int which, const Servers& servers)
{
    static const Library library;
    check(library.status);
    ares_channel channel = nullptr;
    auto copy = options;
    // With all that they could say it reads no files of the system.
    std::string lookups = "b";
    if (!servers.list.empty()) {
        copy.lookups = lookups.data();
        copy.ndots = 1;
        which |= ARES_OPT_SERVERS | ARES_OPT_DOMAINS | ARES_OPT_LOOKUPS | ARES_OPT_SORTLIST |
                 ARES_OPT_NDOTS;
    }
    check(ares_init_options(&channel, &copy, which));
    AresChannel owned{channel};
    if (!servers.list.empty()) check(ares_set_servers_ports_csv(channel, servers.list.c_str()));
    begin_with(servers.first, channel);
    return owned;
}

// ADDRESS or ADDRESS@PORT as c-ares has it.
std::optional<std::string> server_from(std::string_view text)
{
    const auto at = text.find('@');
    const std::string address{text.substr(0, at)};
    unsigned port = NS_DEFAULTPORT;
    if (at != text.npos) {
        const auto digits = text.substr(at + 1);
        const auto [end, failed] =
            std::from_chars(digits.data(), digits.data() + digits.size(), port);
        if (failed != std::errc{} || end != digits.data() + digits.size() || port == 0 ||
            port > 65'535)
            return std::nullopt;
    }
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1)
        return fmt::format("{}:{}", address, port);
    // Not of this link alone: Debian 12's c-ares knows no zones (RFC 4007 11).
    if (inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1)
        return fmt::format("[{}]:{}", address, port);
    return std::nullopt;
}

}  // namespace

/// c-ares and the events of its sockets.
struct Channel::Ares {
    Ares(event_base* base, const Servers& servers, Transport transport,
         std::function<void()> processed);

    static void on_state(void* self, ares_socket_t socket, int reads, int writes);
    static void on_event(evutil_socket_t socket, short what, void* self);
    void watch(ares_socket_t socket, bool reads, bool writes);
    void process(ares_socket_t to_read, ares_socket_t to_write);

    event_base* base;
    bool has_several;  ///< servers
    std::function<void()> processed;
    std::map<ares_socket_t, Event> events;
    AresChannel channel;  ///< the first to go: it tells which sockets it closes
};

Channel::Ares::Ares(event_base* event_base, const Servers& servers, Transport transport,
                    std::function<void()> on_processed)
    : base{event_base}, has_several{servers.has_several}, processed{std::move(on_processed)}
{
    ares_options options{};
    options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES;
    if (servers.with_edns) options.flags |= ARES_FLAG_EDNS;
    // Otherwise c-ares asks the only server all its tries when it says that it failed.
    if (!servers.has_several) options.flags |= ARES_FLAG_NOCHECKRESP;
    const bool by_datagrams = transport == Transport::Datagrams;
    options.flags |= by_datagrams ? ARES_FLAG_IGNTC : ARES_FLAG_USEVC;
    options.timeout = by_datagrams ? first_timeout_ms : connection_timeout_ms;
    options.tries = tries;
    options.ednspsz = largest_datagram;
    options.sock_state_cb = &Ares::on_state;
    options.sock_state_cb_data = this;
    channel = started(options,
                      ARES_OPT_FLAGS | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_EDNSPSZ |
                          ARES_OPT_SOCK_STATE_CB,
                      servers);
}

void Channel::Ares::on_state(void* self, ares_socket_t socket, int reads, int writes)
{
    guarded([&] { static_cast<Ares*>(self)->watch(socket, reads != 0, writes != 0); });
}

// A socket that cannot be watched costs its questions their replies; they time out.
void Channel::Ares::watch(ares_socket_t socket, bool reads, bool writes)
{
    events.erase(socket);
    if (!reads && !writes) return;
    const int what = EV_PERSIST | (reads ? EV_READ : 0) | (writes ? EV_WRITE : 0);
    Event created{event_new(base, socket, static_cast<short>(what), &Ares::on_event, this)};
    if (created && event_add(created.get(), nullptr) == 0)
        events.emplace(socket, std::move(created));
}

void Channel::Ares::on_event(evutil_socket_t socket, short what, void* self)
{
    guarded([&] {
        static_cast<Ares*>(self)->process((what & EV_READ) != 0 ? socket : ARES_SOCKET_BAD,
                                          (what & EV_WRITE) != 0 ? socket : ARES_SOCKET_BAD);
    });
}

void Channel::Ares::process(ares_socket_t to_read, ares_socket_t to_write)
{
    ares_process_fd(channel.get(), to_read, to_write);
    processed();
}

/// A question on its way; handed to c-ares as a plain pointer, which gives it back once.
struct Channel::Asked {
    Channel* channel;
    Replied replied;

    static void on_reply(void* asked, int status, int timeouts, unsigned char* packet, int size);
};

// Debian 12's c-ares itself cuts what is longer than was asked for; Debian 13's closes a socket for
// what it cannot read.
void Channel::Asked::on_reply(void* data, int status, int timeouts, unsigned char* packet, int size)
{
    const std::unique_ptr<Asked> asked{static_cast<Asked*>(data)};
    --asked->channel->on_their_way_;
    guarded([&] {
        const auto reply =
            packet && size > 0 ? Packet{packet, static_cast<std::size_t>(size)} : Packet{};
        const bool is_none = reply.empty();
        asked->replied(
            {.packet = reply,
             .has_failed = is_none && is_failure(status) && asked->channel->ares_->has_several,
             .is_cut = is_none ? status == ARES_EBADRESP : is_truncated(reply),
             .is_late = timeouts > 0});
    });
}

Channel::Channel(event_base* base, const Servers& servers, Transport transport,
                 std::function<void()> processed)
    : ares_{std::make_unique<Ares>(base, servers, transport, std::move(processed))},
      room_{transport == Transport::Datagrams ? most_asked : 1}
{
}

Channel::~Channel() = default;

void Channel::ask(const Question& question, Replied replied)
{
    auto asked = std::make_unique<Asked>(Asked{this, std::move(replied)});
    ++asked_;
    ++on_their_way_;
    ares_query(ares_->channel.get(), question.name.c_str(), ns_c_in, wire_type(question.type),
               &Asked::on_reply, asked.release());
}

void Channel::tick() { ares_process_fd(ares_->channel.get(), ARES_SOCKET_BAD, ARES_SOCKET_BAD); }

Servers servers_from(const std::vector<std::string>& servers)
{
    Servers all;
    for (const auto& text : servers) {
        const auto server = server_from(text);
        if (!server)
            throw Error{Error::Kind::Setup, "dns.servers: '{}' is no address of a server", text}
                .with_hint("write ADDRESS or ADDRESS@PORT");
        if (!all.list.empty()) all.list += ',';
        all.list += *server;
    }
    all.has_several =
        servers.empty() ? servers_of(started({}, 0, {}).get()).size() > 1 : servers.size() > 1;
    return all;
}

}  // namespace lazaret::filter::dns
