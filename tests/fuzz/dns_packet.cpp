#include "milter/filter/dns/packet.hpp"
#include "tests/fuzz/input.hpp"

using namespace lazaret::filter::dns;
using lazaret::fuzz::promise;

// The first byte says which type was asked for; the rest is the reply.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const auto type = static_cast<RecordType>(data[0] % 6);
    const auto [answer, lives] = reply_of({data + 1, size - 1}, type);
    promise(lives >= std::chrono::seconds{0} && lives <= std::chrono::hours{1}, "an hour at most");
    promise(answer.records.size() <= most_records, "no more records than are looked at");
    promise(answer.is_found() == !answer.records.empty(), "records are there when they are found");
    std::size_t bytes = 0;
    for (const auto& record : answer.records) {
        bytes += record.size();
        const bool is_text = type == RecordType::Txt;
        promise(is_text || record.size() <= 1024, "a name or an address is short");
        promise(is_text || record.find('\0') == std::string::npos, "names have no NUL");
    }
    promise(bytes <= most_data, "no more bytes than are kept");
    return 0;
}
