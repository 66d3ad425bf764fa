// SPDX-License-Identifier: GPL-2.0-or-later
// What a source of desired state can query from the host beyond its stores. Host answers, because it knows plugins and
// schemas.
#pragma once

#include <QCborMap>
#include <QString>
#include <functional>

namespace fos1::host {

struct SpecQuestions {
    std::function<QCborMap()> kinds = [] { return QCborMap(); };  ///< ISpecCatalog::kinds()
    /// ISpecCatalog::pending(), for a kind by its id ("group/version/Kind").
    std::function<int(const QString& kindId)> pending = [](const QString&) { return 0; };
    /// Whether a CRD defines the kind, by its id.
    std::function<bool(const QString& kindId)> isDefined = [](const QString&) { return true; };
    /// The object with "********" in place of every value that its schema marks as secret.
    std::function<QCborMap(const QCborMap& object)> masked = [](const QCborMap& object) { return object; };
};

}  // namespace fos1::host
