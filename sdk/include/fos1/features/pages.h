// SPDX-License-Identifier: MIT
// Pages: what a plugin shows to people, as a document that knows no terminal, no HTML and no transport. fos1ctl renders
// it as text; other faces render the same document.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

/// What a plugin offers whose metadata lists "pages". Since SDK 1.3.
class FOS1_SDK_EXPORT IPages : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.Pages/1";
    ~IPages() override;

    /// Answer with IPageReplies::reply(ticket, document), now or within 5 s. `name` is one of the metadata's "pages",
    /// `argument` what the user gave, or empty. Called between start() and stop(), on the home thread. Budget 50 ms.
    virtual void page(const QString& name, const QString& argument, quint64 ticket) = 0;
};

/// The host's side. Offered to a plugin whose metadata lists "pages"; it need not name this feature. Since SDK 1.3.
class FOS1_SDK_EXPORT IPageReplies : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.PageReplies/1";
    ~IPageReplies() override;

    /// `document`: `{"title": text, "sections": [section, …]}`, or `{"error": sentence}` when there is nothing to show.
    /// A section has a "title" (optional) and one of
    /// - "fields": `[{"label": text, "kind": kind, "value": value, "note": text?, "trouble": bool?}, …]`
    /// - "table": `{"columns": [{"title": text, "kind": kind}, …], "rows": [{"cells": [value, …], "trouble": bool?},
    /// …],
    ///   "empty": text?}`; a row has a cell for each column, null when there is no value
    /// - "lines": `[text, …]`
    ///
    /// Kinds and their values: "text" text; "count", "packets", "bytes" integers; "yesno" bool; "duration" and "offset"
    /// (signed) nanoseconds; "age" seconds; "frequency" parts per billion; "octal" an integer; "time" RFC 3339;
    /// "condition" "True", "False" or "Unknown". Nothing in it is secret.
    ///
    /// Answers Ok; WrongThread; NotPermitted without pages in the metadata; InvalidArgument for what is no document;
    /// TooLarge over 1,000,000 bytes. The user is told of the last two. A reply to a ticket whose time is over is
    /// ignored.
    virtual int reply(quint64 ticket, const QCborMap& document) = 0;
};

}  // namespace fos1
