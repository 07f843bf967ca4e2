using System.Data.Common;

namespace Provision.Core;

/// <summary>Helpers for statements and queries on any ADO.NET connection.</summary>
public static class Sql
{
    /// <summary>Runs a statement.</summary>
    public static void Run(this DbConnection on, string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(on, sql, values);
        command.ExecuteNonQuery();
    }

    /// <summary>Returns every row of a query.</summary>
    public static List<T> Query<T>(this DbConnection on, string sql, Func<DbDataReader, T> read, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(on, sql, values);
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (reader.Read())
        {
            rows.Add(read(reader));
        }

        return rows;
    }

    private static DbCommand Command(DbConnection on, string sql, ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = on.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = name;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }

        return command;
    }
}
