#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace lazaret::portal {

/// One HTTP request as it comes in, piece by piece: says where it ends, and refuses what is longer
/// or stranger than a request to us can be. All memory that a stranger can make us take is here:
/// `longest_head`, `longest_body`, and the piece in hand.
///
/// What the head means is the business of others; here it is only asked how long the body is. A
/// body is read of a POST and of nothing else: each connection has one request, so what comes
/// behind that matters to nobody.
class IncomingRequest {
public:
    static constexpr std::size_t longest_head = 32 << 10;  ///< bytes, with the blank line
    static constexpr std::size_t longest_body = 16 << 10;  ///< bytes, without chunks; of most

    /// How long the body of a request may be whose head is here.
    using BodyBound = std::function<std::size_t(const IncomingRequest&)>;

    IncomingRequest() = default;
    /// @param bound  asked once, of a POST; must outlive this. Empty: `longest_body`.
    explicit IncomingRequest(const BodyBound& bound) : bound_{&bound} {}

    /// Takes the next piece. @return whether nothing more is waited for: whole, or refused.
    bool take(std::string_view piece);

    [[nodiscard]] bool has_begun() const noexcept
    {
        return part_ != Part::Head || !unread_.empty();
    }
    /// The status to refuse it with; 0 when there is no reason to.
    [[nodiscard]] int refusal() const noexcept { return refusal_; }
    /// Whether the peer keeps the body back until he is told to go on (Expect: 100-continue).
    [[nodiscard]] bool waits_for_us() const noexcept;

    /// Request line and header fields to the blank line, as they came; empty while there is none.
    [[nodiscard]] const std::string& head() const noexcept { return head_; }
    /// Where a POST goes, without its query; empty for another request.
    [[nodiscard]] std::string_view posted_path() const noexcept;
    /// All lines of a header field, in the order in which they came, as one list.
    [[nodiscard]] std::string field(std::string_view name, std::string_view between = ",") const;
    [[nodiscard]] const std::string& body() const noexcept { return body_; }

private:
    enum class Part { Head, Body, ChunkSize, Chunk, ChunkEnd, Trailer, Nothing };

    bool step();
    bool take_head();
    void see_fields();
    void expect_body(std::string_view length);
    bool take_body(Part next);
    bool take_chunk_size();
    bool take_chunk_end();
    bool take_trailer();
    bool next_line(std::size_t longest, std::string_view& line);
    bool refuse(int status);

    const BodyBound* bound_ = nullptr;
    std::size_t longest_ = longest_body;
    Part part_ = Part::Head;
    int refusal_ = 0;
    bool expects_answer_ = false;
    std::string unread_;
    std::size_t at_ = 0;    ///< in `unread_`
    std::size_t left_ = 0;  ///< bytes of the body, or of this chunk, that are still to come
    std::size_t trailer_ = 0;
    std::string head_;
    std::string body_;
};

}  // namespace lazaret::portal
