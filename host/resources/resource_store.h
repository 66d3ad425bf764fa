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

#include "compactor.h"
#include "fos1/desired.h"
#include "fos1/key_pool.h"
#include "fos1/result.h"

namespace fos1::host {

struct StoredObject {
    ObjectKey key;
    QString origin;
    QString owner;  ///< the source that brought it (a plugin's id)
    qint64 generation = 0;
    QByteArray compact;                    ///< a QCborMap takes some fifty times as much, and there may be thousands
    const Compactor* compactor = nullptr;  ///< the store's

    /// apiVersion, kind, metadata (with uid, generation, creationTimestamp), spec with defaults. While the store is
    /// there.
    [[nodiscard]] QCborMap object() const { return compactor->expandedMap(compact); }
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
        std::map<QString, std::vector<QByteArray>> replace;  ///< CBOR of each object, by origin
        std::set<QString> remove;                            ///< origins
        QString owner = {};                                  ///< the source that speaks
        bool isWhole = false;                  ///< every origin of this owner that is not in `replace` is removed
        std::vector<Refusal> objections = {};  ///< of others than the admission function; their origins are refused
    };
    struct Result {
        std::vector<Refusal> refusals;
        int changed = 0;  ///< objects added, changed or removed
    };

    /// What a transaction would come to now.
    struct Examined {
        std::map<QString, std::vector<StoredObject>> admitted;  ///< by origin; the others are refused
        std::vector<Refusal> refusals;
    };

    explicit ResourceStore(Admit admit, QObject* parent = nullptr);

    /// apply() is both, in one step.
    [[nodiscard]] Examined examine(const Transaction& transaction);
    Result take(const Transaction& transaction, Examined examined);

    /// An origin is accepted whole or keeps what it had; two origins cannot hold the same object.
    Result apply(const Transaction& transaction);

    [[nodiscard]] const StoredObject* find(const ObjectKey& key) const;
    [[nodiscard]] std::vector<const StoredObject*> list(const QString& apiVersion, const QString& kind,
                                                        const QString& ns = {}) const;
    [[nodiscard]] std::size_t size() const { return m_objects.size(); }

    /// The snapshot of some kinds ("group/version/Kind") as IPlugin::reconcile() takes it.
    [[nodiscard]] QCborMap snapshot(const QStringList& kinds) const;

    /// The keys of all objects of some kinds, as in snapshot().
    [[nodiscard]] std::set<ObjectKey> keys(const QStringList& kinds) const;

    /// The same as it would be with these admitted objects stored.
    [[nodiscard]] QCborMap snapshotWith(const QStringList& kinds, const std::vector<QCborMap>& objects) const;

   Q_SIGNALS:
    /// Objects of these kinds ("group/version/Kind") were added, changed or removed.
    void changed(const QStringList& kinds);
    void removed(const fos1::ObjectKey& key);
    /// All of both, before changed().
    void objectsChanged(const std::vector<fos1::ObjectKey>& keys);

   private:
    using Admitted = std::map<QString, std::vector<StoredObject>>;  ///< by origin

    [[nodiscard]] Examined admitAll(const Transaction& transaction);
    [[nodiscard]] std::set<QString> toRemove(const Transaction& transaction) const;
    [[nodiscard]] std::optional<Refusal> findClash(const Admitted& admitted, const std::set<QString>& remove) const;
    /// Moves out of `admitted`.
    void replace(Admitted& admitted, const std::set<QString>& remove, Result& result);

    struct ByKey {
        using is_transparent = void;
        bool operator()(const StoredObject& a, const StoredObject& b) const { return a.key < b.key; }
        bool operator()(const StoredObject& a, const ObjectKey& b) const { return a.key < b; }
        bool operator()(const ObjectKey& a, const StoredObject& b) const { return a < b.key; }
    };

    ObjectKey shared(const ObjectKey& key);

    Admit m_admit;
    Compactor m_compactor;
    std::set<StoredObject, ByKey> m_objects;
    std::map<QString, std::vector<const StoredObject*>> m_origins;  ///< what each brought
    KeyPool m_pool;
};

/// Of an admitted object.
ObjectKey objectKey(const QCborMap& object);

/// Whether two objects say the same beside their metadata and status; the order of fields says nothing.
bool haveSameContent(const QCborMap& a, const QCborMap& b);

/// "group/version/Kind".
QString kindId(const ObjectKey& key);

}  // namespace fos1::host
