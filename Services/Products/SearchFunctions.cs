namespace EShop.Products;

/// <summary>The database's part of the search. The first migration creates it after the extensions and before the tables, whose columns use it.</summary>
internal static class SearchFunctions
{
    /// <summary>Small letters without accents. <c>unaccent</c> itself is not immutable, since its dictionary could be changed, so no index or stored column may use it; ours is not changed.</summary>
    public const string Normalized =
        """
        CREATE FUNCTION normalized(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
        AS $$ SELECT lower(public.unaccent('public.unaccent', $1)) $$;
        """;

    /// <summary>The products that a word finds in one of its spellings, the first of which is the word as typed: a swapped one has to fit nearly whole.
    /// The threshold of <c>%&gt;</c>, by which the index finds its candidates, is the function's own, whatever the session's is.</summary>
    public const string ProductsMatching =
        """
        CREATE FUNCTION products_matching(spellings text[]) RETURNS TABLE (product_id uuid, relevance double precision)
        LANGUAGE sql STABLE PARALLEL SAFE ROWS 20 SET pg_trgm.word_similarity_threshold = 0.4
        AS $$
            SELECT p.id, max(greatest(word_similarity(s.word, p.name_key), 0.5 * word_similarity(s.word, p.search_text)))
            FROM (SELECT normalized(spelling) AS word, nth FROM unnest(spellings) WITH ORDINALITY AS typed (spelling, nth)) s
            JOIN products p ON p.search_text %> s.word AND p.deleted_at IS NULL
            WHERE s.nth = 1 OR word_similarity(s.word, p.search_text) >= 0.8
            GROUP BY p.id
        $$;
        """;
}
