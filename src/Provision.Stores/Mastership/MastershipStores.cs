namespace Provision.Stores.Mastership;

/// <summary>Opens the database of masters, whichever it is.</summary>
public static class MastershipStores
{
    /// <summary>Where it is, where the inventory does not say.</summary>
    public const string Default = "/var/lib/provision/masters.sqlite";

    /// <summary>Whether a name is that of a PostgreSQL server and not of a file.</summary>
    public static bool IsServer(string database) => database.StartsWith("postgresql://", StringComparison.Ordinal) || database.StartsWith("postgres://", StringComparison.Ordinal);

    /// <summary>Opens a database.</summary>
    /// <param name="database">A file, or <c>postgresql://user[:password]@host[:port]/db</c>; the password preferably from PGPASSFILE or PGPASSWORD.</param>
    /// <param name="create">Makes it where it is not there. Never by default: a database that was lost is restored, not begun again.</param>
    /// <exception cref="StateLostException">It cannot be reached or read, or is not there; within about three seconds.</exception>
    public static IMastershipStore Open(string database, bool create = false)
    {
        SqlDialect dialect;
        try
        {
            dialect = IsServer(database) ? new PostgresDialect(database) : new SqliteDialect(Path.GetFullPath(database));
        }
        catch (Exception e) when (e is FormatException or ArgumentException)
        {
            throw new StateLostException($"the database of masters is named wrongly: {e.Message}", e);
        }

        var store = new SqlMastershipStore(dialect);
        try
        {
            store.Prepare(create);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }
}
