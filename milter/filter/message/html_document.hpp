#pragma once

#include <gumbo.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace lazaret::filter {

/// Bounds of the reading of one HTML document.
struct HtmlLimits {
    std::size_t source = 1 << 20;          ///< bytes of HTML
    std::size_t memory = 64 << 20;         ///< bytes of the tree
    std::chrono::milliseconds cpu{1'000};  ///< of this thread
};

/// The tree that browsers make of a stranger's HTML, by gumbo. Private to this folder.
///
/// For what a person will look at. Text and links, which every message is asked for, are read
/// without a tree, in a tenth of the time: html_text.hpp.
///
/// Gumbo alone is not safe: it frees its tree by recursion (a million open tags end the stack),
/// and some kilobytes of HTML make gigabytes of tree (each `<p>` repeats every open `<b id=N>`) or
/// minutes of work (it walks all open elements for each tag). So its memory comes from an arena
/// that is freed whole, and when memory or CPU time pass their bounds, parsing ends there and the
/// document counts as too complex. A limit on tags would cut real newsletters or let bombs through.
///
/// The source must live as long as the document.
class HtmlDocument {
public:
    /// Parses. Any bytes are taken.
    explicit HtmlDocument(std::string_view source, const HtmlLimits& limits = {});
    ~HtmlDocument();
    HtmlDocument(HtmlDocument&&) noexcept;
    HtmlDocument& operator=(HtmlDocument&&) noexcept;

    /// The element `html`; null when the document was too complex.
    [[nodiscard]] const GumboNode* root() const noexcept { return root_; }

    /// Whether the source was longer than its limit, and its end was not read.
    [[nodiscard]] bool cut_short() const noexcept { return cut_short_; }

private:
    class Arena;
    std::unique_ptr<Arena> arena_;
    const GumboNode* root_ = nullptr;
    bool cut_short_ = false;
};

/// Goes through the tree below `root`, `root` too, without recursion.
///
/// `enter(node)` is called before a node's children and says whether to go into them;
/// `leave(node)` after them, for each node that was gone into.
template <class Enter, class Leave>
void walk(const GumboNode* root, Enter&& enter, Leave&& leave);

/// The children of a node that can have them, else null.
const GumboVector* children_of(const GumboNode* node) noexcept;

/// The element of an element node (templates too), else null.
const GumboElement* element_of(const GumboNode* node) noexcept;

/// The value of an attribute; empty when it is absent.
std::string_view attribute(const GumboElement& element, const char* name);

/// The node's `at`th child.
inline const GumboNode* child_at(const GumboVector& children, unsigned at) noexcept
{
    return static_cast<const GumboNode*>(children.data[at]);
}

template <class Enter, class Leave>
void walk(const GumboNode* root, Enter&& enter, Leave&& leave)
{
    const GumboNode* node = root;
    for (;;) {
        const auto* children = enter(*node) ? children_of(node) : nullptr;
        if (children && children->length > 0) {
            node = child_at(*children, 0);
            continue;
        }
        if (children) leave(*node);
        // Up until there is a sibling on the right.
        for (;;) {
            if (node == root) return;
            const auto* siblings = children_of(node->parent);
            const auto next = node->index_within_parent + 1;
            if (next < siblings->length) {
                node = child_at(*siblings, static_cast<unsigned>(next));
                break;
            }
            node = node->parent;
            leave(*node);
        }
    }
}

}  // namespace lazaret::filter
