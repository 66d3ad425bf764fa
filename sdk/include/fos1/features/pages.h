// SPDX-License-Identifier: MIT
// Pages: what a plugin shows to people, as a document that is independent of terminals, HTML and transport. fos1ctl
// renders it as text; other faces render the same document.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// Interface of a plugin whose metadata lists "pages". Since SDK 1.3.
class FOS1_SDK_EXPORT IPages : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Pages/1";
    ~IPages() override;

    /// Answer with IPageReplies::reply(ticket, document), immediately or within 10 s. `name` is one of the metadata's
    /// "pages"; `argument` is the user's argument, or empty. Called between start() and stop(), on the home thread.
    /// Budget: 50 ms.
    virtual void page(const QString& name, const QString& argument, quint64 ticket) = 0;
};

/// The host's side, offered to every plugin whose metadata lists "pages"; the plugin need not request it. Since SDK
/// 1.3.
class FOS1_SDK_EXPORT IPageReplies : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.PageReplies/1";
    ~IPageReplies() override;

    /// `document`: `{"title": text, "sections": [section, …]}`, or `{"error": sentence}` when there is nothing to show.
    /// A section has an optional "title" and one of
    /// - "fields": `[{"label": text, "kind": kind, "value": value, "note": text?, "trouble": bool?}, …]`
    /// - "table": `{"columns": [{"title": text, "kind": kind}, …], "rows": [{"cells": [value, …], "trouble": bool?},
    /// …],
    ///   "empty": text?}`; a row has a cell for each column, null when there is no value
    /// - "lines": `[text, …]`
    ///
    /// Since SDK 1.4, a page that measures may have `"progress": {"done": integer, "wanted": integer, "things": text}`,
    /// and one whose metadata has `"proposes": true` may have `"proposal": {"apiVersion", "kind", "namespace", "name",
    /// "merge": {"spec": {…}}, "notes": [text, …]?}`: fields of an object (RFC 7396) that the user can have written.
    ///
    /// Kinds and their values: "text" text; "count", "packets", "bytes" integers; "yesno" bool; "duration" and "offset"
    /// (signed) nanoseconds; "age" seconds; "frequency" parts per billion; "octal" an integer; "time" RFC 3339;
    /// "condition" "True", "False" or "Unknown". A document must not contain secrets.
    ///
    /// Returns Ok; WrongThread; NotPermitted when the metadata lists no pages; InvalidArgument when `document` is
    /// invalid; TooLarge above 1,000,000 bytes. In the last two cases the user gets an error. A reply after the
    /// deadline of its ticket is ignored.
    virtual int reply(quint64 ticket, const QCborMap& document) = 0;
};

}  // namespace fos1
