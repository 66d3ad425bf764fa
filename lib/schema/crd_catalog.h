// SPDX-License-Identifier: GPL-2.0-or-later
// The schemas of record: CustomResourceDefinitions (apiextensions.k8s.io/v1) read from a directory. Checks any object
// against the schema of its kind. Must not know any kind by name.
#pragma once

#include <QCborMap>
#include <QString>
#include <map>
#include <vector>

#include "fos1/result.h"
#include "json_schema.h"

namespace fos1::schema {

/// A column that `get` shows for a kind (additionalPrinterColumns).
struct PrinterColumn {
    QString name;
    QString type;      ///< string, integer, number, boolean, date
    QString jsonPath;  ///< ".status.stratum"; also `.status.conditions[?(@.type=="Ready")].status`
};

/// One served version of one kind.
struct ResourceKind {
    QString apiVersion;  ///< "example.com/v1"
    QString kind;        ///< "Widget"
    QString plural;
    QString singular;
    std::vector<QString> shortNames;
    bool namespaced = true;
    std::vector<PrinterColumn> columns;
    JsonSchema schema;
    QCborMap status = {};           ///< the schema of .status; empty: none
    bool isWithdrawnFirst = false;  ///< annotation fos1.io/withdraw-first: what depends on an object is withdrawn
                                    ///< before it
    QString nodeDetail = {};        ///< annotation fos1.io/node-detail: the kind, of the same apiVersion, whose objects
                                    ///< show what each node reports of it
};

class CrdCatalog {
   public:
    /// Reads every *.yaml file of `directory` and adds the built-in kinds of Kubernetes (core_kinds.h). A file that is
    /// not a valid CRD is an error with its file:line:col.
    static Result<CrdCatalog> load(const QString& directory);

    /// Finds a kind as a user may type it: kind, plural, singular or short name, in any case. Null when unknown.
    [[nodiscard]] const ResourceKind* find(const QString& name) const;
    [[nodiscard]] const ResourceKind* find(const QString& apiVersion, const QString& kind) const;
    [[nodiscard]] const std::vector<ResourceKind>& kinds() const { return m_kinds; }

    /// Checks `object` (apiVersion and kind known; metadata.name an RFC 1123 subdomain; metadata.namespace an RFC 1123
    /// label, "default" when absent; schema). Returns it with defaults and without its status, or every mistake.
    [[nodiscard]] tl::expected<QCborMap, Errors> admit(const QCborMap& object) const;

   private:
    std::vector<ResourceKind> m_kinds;
};

}  // namespace fos1::schema
