#include <algorithm>

#include "milter/filter/message/open_elements.hpp"

// What the end tag of formatting does to blocks that were opened in it.
namespace lazaret::filter {

// The "adoption agency" (WHATWG HTML 13.2.6.4.7): blocks that were opened within stay open; in
// eight rounds.
void OpenElements::end_formatting(HtmlTag tag)
{
    for (auto at = suspended_.size(); at-- > base_;) {
        if (suspended_[at].tag != tag) continue;
        suspended_.erase(suspended_.begin() + static_cast<std::ptrdiff_t>(at));
        return;
    }
    auto found = find_in_scope(tag);
    for (int round = 0; found && round < 8; ++round) {
        const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(*found);
        const auto block = std::find_if(first, stack_.end(), is_special);
        note_moved(stack_.size() - *found);
        if (block == stack_.end() || too_complex_) return close_from(*found, true);
        found = move_into_block(*found, static_cast<std::size_t>(block - stack_.begin()));
    }
}

// Takes the formatting into the block that was opened in it; of what stands between them, only the
// nearest formatting stays open.
// @return where it is now.
std::size_t OpenElements::move_into_block(std::size_t formatting, std::size_t block)
{
    int kept = 0;
    for (auto at = block; --at > formatting;) {
        if (has(stack_[at].tag, HtmlTrait::Formatting) && ++kept <= 3) continue;
        const auto& own = stack_[at].own;
        revealed_ = revealed_ || own.no_display == true || own.no_size == true;
        take_out(at);
        --block;
    }
    change_.ends_link = change_.ends_link || stack_[formatting].tag == HtmlTag::A;
    const auto& shows = stack_[formatting].own;
    revealed_ = revealed_ || (shows.no_size == false && stack_[block].no_size);
    const auto at = [this](std::size_t position) {
        return stack_.begin() + static_cast<std::ptrdiff_t>(position);
    };
    std::rotate(at(formatting), at(formatting + 1), at(block + 1));
    for (auto position = formatting; position < stack_.size(); ++position) inherit(position);
    return block;
}

void OpenElements::note_moved(std::size_t elements)
{
    moves_left_ -= std::min(elements, moves_left_);
    if (moves_left_ == 0) too_complex_ = true;
}

}  // namespace lazaret::filter
