// SPDX-License-Identifier: MIT
// The entrance for desired state. A source passes the objects that it read; the host checks them against the schemas of
// record, applies defaults and stores them.
#pragma once

#include <QCborMap>
#include <QString>

#include "fos1/interface.h"

namespace fos1 {

class FOS1_SDK_EXPORT ISpecSource : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecSource/1";
    ~ISpecSource() override;

    /// One transaction: `{"replace": {origin: [object, …]}, "remove": [origin, …], "synced": bool, "whole": bool}`.
    ///
    /// An object is a map or, since SDK 1.2, a byte string with its CBOR, which takes a quarter of the memory. An
    /// origin is where objects come from, such as a file. Its objects are accepted all together or not at all, and a
    /// refused origin keeps its previous objects. `synced` states that the source has passed everything it has. Before
    /// that no plugin reconciles, so that "not read yet" is never mistaken for "deleted". `whole` (since SDK 1.2)
    /// states that every origin of this plugin that is not in `replace` is gone, including origins from an earlier run.
    ///
    /// Returns `{"errors": [{origin, index, path, message}, …], "changed": count}`. `path` is relative to the object
    /// (`spec.sources.pools[0].name`); `index` is the position within the origin.
    ///
    /// `{"prepare": [object, …]}` instead (since SDK 1.4) has the host check objects of a transaction that follows soon
    /// with the same bytes (a host that does not know it does nothing). A source with thousands of objects prepares a
    /// few at a time and lets the event loop go on in between; the transaction then takes a fraction of the time. The
    /// answer says nothing: mistakes are in that of the transaction.
    virtual QCborMap apply(const QCborMap& transaction) = 0;

    static constexpr const char* kPrepare = "prepare";
};

/// Implemented by a source plugin that can store objects for a user (`fos1ctl apply`).
class FOS1_SDK_EXPORT ISpecWriter : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecWriter/1";
    ~ISpecWriter() override;

    /// Stores `object`, which is already validated. Answer with IHost::complete(ticket, …).
    virtual void write(const QCborMap& object, quint64 ticket) = 0;

    /// In the map of erase(): whether the user allows to remove a file that somebody wrote by hand. Absent: no.
    static constexpr const char* kRemoveFile = "removeFile";

    /// Removes the object `{apiVersion, kind, namespace, name}`. Answer as for write().
    virtual void erase(const QCborMap& object, quint64 ticket) = 0;
};

/// Implemented by a source plugin that can also change single fields of an object, as the user wrote it
/// (`fos1ctl … --apply`). Since SDK 1.4.
class FOS1_SDK_EXPORT ISpecMerger : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecMerger/1";
    ~ISpecMerger() override;

    /// `change`: the key of an object, `{apiVersion, kind, namespace, name}`, and `"merge"`, a merge patch (RFC 7396)
    /// that is already validated with the object as the host has it. An object that has changed since the plugin passed
    /// it to the host must be refused. Answer with IHost::complete(ticket, …).
    virtual void merge(const QCborMap& change, quint64 ticket) = 0;
};

}  // namespace fos1
