// SPDX-License-Identifier: GPL-2.0-or-later
// The schemas of record: CustomResourceDefinitions (apiextensions.k8s.io/v1) read from a directory. Checks any object
// against the schema of its kind; knows no kind by name.
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
    bool isWithdrawnFirst = false;  ///< annotation fos1.io/withdraw-first: what depends on an object goes before it
};

class CrdCatalog {
   public:
    /// Reads every *.yaml of `directory`, and has Kubernetes' own kinds (core_kinds.h) besides; a file that is no valid
    /// CRD is an error with its file:line:col.
    static Result<CrdCatalog> load(const QString& directory);

    /// By what a user may type: kind, plural, singular or short name, any case; null when unknown.
    [[nodiscard]] const ResourceKind* find(const QString& name) const;
    [[nodiscard]] const ResourceKind* find(const QString& apiVersion, const QString& kind) const;
    [[nodiscard]] const std::vector<ResourceKind>& kinds() const { return m_kinds; }

    /// Checks `object` (apiVersion, kind known; metadata.name an RFC 1123 subdomain; metadata.namespace an RFC 1123
    /// label, "default" when absent; schema) and returns it with defaults, or every mistake. Status is dropped.
    [[nodiscard]] tl::expected<QCborMap, Errors> admit(const QCborMap& object) const;

   private:
    std::vector<ResourceKind> m_kinds;
};

}  // namespace fos1::schema
