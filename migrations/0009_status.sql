-- Freshness and completeness of the mirror, for everybody who reads it.
CREATE VIEW sync_status AS
    SELECT state.resource,
           state.phase,
           state.complete_since,
           clock_timestamp() - state.poll_cursor AS lag,
           state.last_poll_at,
           state.last_sweep_at,
           state.phase = 'forbidden' AS forbidden,
           (SELECT count(*)
              FROM refetch
             WHERE refetch.resource = state.resource
               AND NOT refetch.is_held) AS reads_waiting,
           (SELECT min(refetch.noted_at)
              FROM refetch
             WHERE refetch.resource = state.resource
               AND refetch.part <> '') AS oldest_incomplete_list_since,
           (SELECT count(*)
              FROM dead_letter
             WHERE dead_letter.resource = state.resource) AS dead_letters,
           state.fuse_candidates,
           state.fuse_limit,
           state.trouble,
           state.trouble_since
      FROM resource_state AS state;
COMMENT ON VIEW sync_status IS
    'How complete and how fresh each resource is: phase, since when complete, lag, last sweep, and what stands in its way.';
COMMENT ON COLUMN sync_status.lag IS
    'Everything changed in Intercom longer ago than this has been read, unless trouble says otherwise.';
COMMENT ON COLUMN sync_status.fuse_candidates IS
    'Records that the last sweep did not find, when they were too many to be believed; nothing was marked deleted.';
