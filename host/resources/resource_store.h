// SPDX-License-Identifier: GPL-2.0-or-later
// Desired state: the accepted objects by key, each with the origin it came from. Must not know any kind; what is
// valid is decided by the admission function it is given.
#pragma once

#include <QCborMap>
#include <QObject>
#include <QString>
#include <QStringList>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "fos1/desired.h"
#include "fos1/result.h"

namespace fos1::host {

struct StoredObject {
    ObjectKey key;
    QString origin;
    QCborMap object;  ///< apiVersion, kind, metadata (with uid, generation, creationTimestamp), spec with defaults

    [[nodiscard]] qint64 generation() const;
};

/// One mistake in a transaction; `index` is the object's place within its origin.
struct Refusal {
    QString origin;
    qsizetype index = 0;
    Error error;
};

class ResourceStore : public QObject {
    Q_OBJECT
   public:
    /// Returns the object with its defaults, or every mistake.
    using Admit = std::function<tl::expected<QCborMap, Errors>(const QCborMap&)>;

    struct Transaction {
        std::map<QString, std::vector<QCborMap>> replace;  ///< by origin
        std::set<QString> remove;                          ///< origins
    };
    struct Result {
        std::vector<Refusal> refusals;
        int changed = 0;  ///< objects added, changed or removed
    };

    explicit ResourceStore(Admit admit, QObject* parent = nullptr);

    /// An origin is accepted whole or keeps what it had; two origins cannot hold the same object.
    Result apply(const Transaction& transaction);

    [[nodiscard]] const StoredObject* find(const ObjectKey& key) const;
    [[nodiscard]] std::vector<const StoredObject*> list(const QString& apiVersion, const QString& kind,
                                                        const QString& ns = {}) const;
    [[nodiscard]] std::size_t size() const { return m_objects.size(); }

    /// The snapshot of some kinds ("group/version/Kind") as IPlugin::reconcile() takes it.
    [[nodiscard]] QCborMap snapshot(const QStringList& kinds) const;

   Q_SIGNALS:
    /// Objects of these kinds ("group/version/Kind") were added, changed or removed.
    void changed(const QStringList& kinds);
    void removed(const fos1::ObjectKey& key);

   private:
    using Objects = std::map<ObjectKey, StoredObject>;
    using Admitted = std::map<QString, std::vector<QCborMap>>;  ///< by origin

    Admitted admitAll(const Transaction& transaction, Result& result) const;
    std::optional<Objects> merge(const Transaction& transaction, const Admitted& admitted, Result& result) const;
    void replaceAll(Objects next, Result& result);

    Admit m_admit;
    Objects m_objects;
};

/// "group/version/Kind".
QString kindId(const ObjectKey& key);

}  // namespace fos1::host
