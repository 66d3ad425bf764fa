// SPDX-License-Identifier: MIT
// The way in for desired state. A source says what it read; the host checks it against the schemas of record,
// applies defaults and stores it.
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
    /// An object is a map or, since SDK 1.2, a byte string with its CBOR: of thousands that takes a quarter of the
    /// memory. An origin is where objects come from (a file, say); its objects are accepted all together or not at all,
    /// and a refused origin keeps the objects it had. `synced` tells that the source has shown everything it has:
    /// before that no plugin is asked to reconcile, so that "not read yet" is never taken for "deleted".
    /// `whole` (since SDK 1.2) tells that every origin of this plugin's, from an earlier run too, that is not in
    /// `replace` is gone.
    /// Answers `{"errors": [{origin, index, path, message}, …], "changed": count}`; `path` is relative to the object
    /// (`spec.sources.pools[0].name`), `index` counts within the origin.
    virtual QCborMap apply(const QCborMap& transaction) = 0;
};

/// Implemented by a source plugin that can store objects at a user's request (`fos1ctl apply`).
class FOS1_SDK_EXPORT ISpecWriter : public IInterface {
   public:
    static constexpr const char* kIid = "io.fos1.SpecWriter/1";
    ~ISpecWriter() override;

    /// Stores `object`, already found valid, and answers with IHost::complete(ticket, …).
    virtual void write(const QCborMap& object, quint64 ticket) = 0;

    /// Removes the object `{apiVersion, kind, namespace, name}`; answered like write().
    virtual void erase(const QCborMap& object, quint64 ticket) = 0;
};

}  // namespace fos1
