// SPDX-License-Identifier: GPL-2.0-or-later
// The texts are those of yaml-cpp 0.7 (yaml-cpp/exceptions.h). Another version may have others: these get the last
// words.
#include "parser_words.h"

#include <yaml-cpp/exceptions.h>

#include <array>

namespace fos1::yaml {
namespace {

namespace Msg = YAML::ErrorMsg;

struct Words {
    const char* theirs;  ///< or how it begins
    const char* ours;
};

constexpr const char* kQuote = "\"%\", \"@\" or \"`\" cannot begin a value; put the value in quotes";
constexpr const char* kAnchor = "an anchor (&name) or alias (*name) needs a name of letters and digits";
constexpr const char* kDirective = "a line that begins with \"%\" is no valid YAML directive; remove it";
constexpr const char* kTag = "a tag (!…) is incomplete; remove it, or put the value in quotes";

const std::array kWords{
    Words{Msg::YAML_DIRECTIVE_ARGS, kDirective},
    Words{Msg::YAML_VERSION, kDirective},
    Words{Msg::YAML_MAJOR_VERSION, kDirective},
    Words{Msg::REPEATED_YAML_DIRECTIVE, kDirective},
    Words{Msg::TAG_DIRECTIVE_ARGS, kDirective},
    Words{Msg::REPEATED_TAG_DIRECTIVE, kDirective},
    Words{Msg::CHAR_IN_TAG_HANDLE, kTag},
    Words{Msg::TAG_WITH_NO_SUFFIX, kTag},
    Words{Msg::END_OF_VERBATIM_TAG, kTag},
    Words{Msg::END_OF_MAP_FLOW, "a \"{\" is not closed; add \"}\", or a comma between two entries"},
    Words{Msg::END_OF_SEQ_FLOW, "a \"[\" is not closed; add \"]\", or a comma between two entries"},
    Words{Msg::END_OF_MAP, "the indentation does not match the other keys of this mapping"},
    Words{Msg::END_OF_SEQ, "the indentation does not match the other entries of this list"},
    Words{Msg::MULTIPLE_TAGS, "a value has two tags; remove one"},
    Words{Msg::MULTIPLE_ANCHORS, "a value has two anchors; remove one"},
    Words{Msg::MULTIPLE_ALIASES, "a value has two aliases; remove one"},
    Words{Msg::ALIAS_CONTENT, "an alias (*name) stands alone, without a tag, an anchor or a value"},
    Words{Msg::INVALID_HEX, "\\x, \\u and \\U in double quotes need 2, 4 and 8 hexadecimal digits"},
    Words{Msg::INVALID_UNICODE, "this is no Unicode character"},
    Words{Msg::INVALID_ESCAPE,
          "this \\ sequence is unknown in double quotes; write \\\\ for a backslash, or use single "
          "quotes"},
    Words{Msg::UNKNOWN_TOKEN, kQuote},
    Words{Msg::DOC_IN_SCALAR, "a quoted value contains the line \"---\" or \"...\"; is its closing quote missing?"},
    Words{Msg::EOF_IN_SCALAR, "a quoted value does not end; its closing quote is missing"},
    Words{Msg::CHAR_IN_SCALAR, kQuote},
    Words{Msg::TAB_IN_INDENTATION, "a tab cannot indent; use spaces"},
    Words{Msg::FLOW_END, "this \"}\" or \"]\" closes nothing"},
    Words{Msg::BLOCK_ENTRY, "a list entry (\"- \") cannot begin here; put it on a line of its own"},
    Words{Msg::MAP_KEY, "a key cannot begin here; check the indentation"},
    Words{Msg::MAP_VALUE,
          "a \"key: value\" cannot begin here; indent with spaces as the other keys, and put a value that contains "
          "\": \" in quotes"},
    Words{Msg::ALIAS_NOT_FOUND, kAnchor},
    Words{Msg::ANCHOR_NOT_FOUND, kAnchor},
    Words{Msg::CHAR_IN_ALIAS, kAnchor},
    Words{Msg::CHAR_IN_ANCHOR, kAnchor},
    Words{Msg::ZERO_INDENT_IN_BLOCK, "a block (| or >) cannot have the indentation 0"},
    Words{Msg::CHAR_IN_BLOCK, "after | or > the line must end; the text begins on the next line"},
    Words{Msg::AMBIGUOUS_ANCHOR, "an alias stands for two values"},
    Words{Msg::UNKNOWN_ANCHOR, "no anchor (&name) of this name precedes the alias"},
    Words{Msg::SINGLE_QUOTED_CHAR, "a single-quoted value contains a character that it cannot have"},
};

}  // namespace

QString parserWords(const std::string& message) {
    for (const Words& words : kWords)
        if (message.rfind(words.theirs, 0) == 0) return QString::fromUtf8(words.ours);
    return QStringLiteral("is not YAML here; check indentation, quotes and brackets");
}

}  // namespace fos1::yaml
