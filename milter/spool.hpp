#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/handle.hpp"

namespace lazaret::milter {

/// The bytes of one message as the MTA hands them over, every one of them: a small message in
/// memory, a large one in a file without a name, which is gone when we are.
///
/// What is added throws Error{Unavailable} when the disk does not take it (the sender gets 451).
/// Used by one thread at a time.
class Spool {
public:
    /// @param memory  bytes; what is longer goes to a file in `folder`.
    /// @param folder  of the file; must be on a disk, not in memory.
    Spool(std::size_t memory, std::string folder);
    Spool(const Spool&) = delete;
    Spool& operator=(const Spool&) = delete;
    ~Spool();

    /// Adds a header field. libmilter gives folds as LF; the message has CRLF.
    /// @param value  all behind the colon, with its leading space when the MTA gives it.
    void add_field(std::string_view name, std::string_view value);

    /// Adds the blank line behind the header.
    void end_header();

    void add_body(std::string_view bytes);

    [[nodiscard]] std::size_t size() const noexcept { return in_file_ + memory_.size(); }

    /// The whole message, lines in CRLF. Good until something is added or the spool goes. A file
    /// is mapped, so that it costs no memory that could not be had back.
    std::string_view bytes();

private:
    void make_room();
    void write_out();
    void unmap() noexcept;

    std::size_t limit_;
    std::string folder_;
    std::string memory_;  ///< the message, or the end of it that is not yet in the file
    FileDescriptor file_;
    std::size_t in_file_ = 0;  ///< bytes
    void* mapped_ = nullptr;
    std::size_t mapped_size_ = 0;
};

/// Where large messages wait: $TMPDIR, else /var/tmp (/tmp is often memory).
std::string spool_folder();

}  // namespace lazaret::milter
