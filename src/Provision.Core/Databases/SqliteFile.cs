using Microsoft.Data.Sqlite;

namespace Provision.Core;

/// <summary>A SQLite file as every database of ours is one: readable by its owner only, in WAL mode, synced before a write is answered.</summary>
public static class SqliteFile
{
    /// <summary>Makes the file, empty, where there is none.</summary>
    public static void Make(string path)
    {
        if (!File.Exists(path))
        {
            new FileStream(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, UnixCreateMode = (UnixFileMode)FileModes.Private }).Dispose();
        }
    }

    /// <summary>Connects to a file that is there; who finds it busy waits for ten seconds.</summary>
    public static SqliteConnection Connect(string path)
    {
        // First: the connection's type asks for the library as soon as it is touched.
        SqliteLibrary.Load(Path.GetDirectoryName(Path.GetFullPath(path))!);
        return ConnectLoaded(path);
    }

    /// <summary>Looks whether the file is sound, and brings it into WAL mode: readers never wait for the writer.</summary>
    /// <exception cref="StateLostException">It is damaged.</exception>
    public static void Prepare(SqliteConnection connection, string damaged)
    {
        if (connection.Query("PRAGMA quick_check(1)", row => row.GetString(0)) is not ["ok"])
        {
            throw new StateLostException(damaged);
        }

        connection.Query("PRAGMA journal_mode = WAL", row => row.GetString(0));
    }

    private static SqliteConnection ConnectLoaded(string path)
    {
        var opened = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false, DefaultTimeout = 10 }.ToString());
        try
        {
            opened.Open();
            opened.Run("PRAGMA synchronous = FULL");
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
