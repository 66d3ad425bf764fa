// SPDX-License-Identifier: GPL-2.0-or-later
// The Secrets of a snapshot, by namespace and name. Values never leave it but to who asks for one field. Pure.
#pragma once

#include <QByteArray>
#include <QCborMap>
#include <map>
#include <utility>

#include "fos1/desired.h"
#include "fos1/result.h"

namespace fos1::ntp {

class Secrets {
   public:
    Secrets() = default;
    /// Of IPlugin::reconcile().
    explicit Secrets(const QCborMap& snapshot);

    /// One that came or changed; other kinds of objects are passed over.
    void set(const QCborMap& object);
    void remove(const ObjectKey& key);

    /// The bytes of one field: `data` in base64, or `stringData`, which wins (Kubernetes API reference, Secret v1).
    /// NotFound with why; InvalidInput for what is no base64.
    [[nodiscard]] Result<QByteArray> field(const QString& ns, const QString& name, const QString& key) const;

    bool operator==(const Secrets&) const = default;

   private:
    static bool isSecret(const ObjectKey& key);

    std::map<std::pair<QString, QString>, QCborMap> m_objects;  ///< by namespace and name
};

}  // namespace fos1::ntp
